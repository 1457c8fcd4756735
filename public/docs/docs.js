document.body.append("docs");
