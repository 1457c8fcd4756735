// A request as code that can be run: status and headers are printed before the body. The credential is a variable's, so
// that a sample which is copied into a chat gives nothing away.

/** @typedef {import("./request.js").Request} Request */

/** @typedef {"Bearer" | "Key" | "Basic" | null} Scheme */

/** The variable that holds the credential, by its scheme. */
const VARIABLES = { Bearer: "SENSU_TOKEN", Key: "SENSU_API_KEY" };

const BACKTICK = "`";

/** @type {Record<string, (request: Request, origin: string, scheme: Scheme) => string>} by language */
export const SNIPPETS = { curl, JavaScript: javaScript, Python: python, Go: go };

/**
 * For a POSIX shell.
 * @param {Request} request
 * @param {string} origin
 * @param {Scheme} scheme
 */
function curl({ method, target, headers, body }, origin, scheme) {
  const options = [
    ...(method === "GET" ? [] : [`-X ${method}`]),
    ...curlCredential(scheme),
    ...headers.map(([name, value]) => `-H ${shell(`${name}: ${value}`)}`),
    ...(body === null ? [] : [`--data-raw ${shell(body)}`]),
    shell(origin + target),
  ];
  return ["curl -i", ...options].join(" \\\n  ");
}

/** @param {Scheme} scheme */
function curlCredential(scheme) {
  if (scheme === null) return [];
  if (scheme === "Basic") return ['-u "$SENSU_USER:$SENSU_API_KEY"'];
  return [`-H "Authorization: ${scheme} $${VARIABLES[scheme]}"`];
}

/** @param {string} text */
function shell(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * For Node.js, as a module.
 * @param {Request} request
 * @param {string} origin
 * @param {Scheme} scheme
 */
function javaScript({ method, target, headers, body }, origin, scheme) {
  const user = "`${process.env.SENSU_USER}:${process.env.SENSU_API_KEY}`";
  const credential =
    scheme === "Basic"
      ? [`Authorization: "Basic " + btoa(${user})`]
      : scheme === null
        ? []
        : [`Authorization: "${scheme} " + process.env.${VARIABLES[scheme]}`];
  const all = [...credential, ...headers.map(([name, value]) => `${literal(name)}: ${literal(value)}`)];
  const options = [
    `  method: ${literal(method)},\n`,
    ...(all.length === 0 ? [] : [`  headers: {\n${all.map((each) => `    ${each},\n`).join("")}  },\n`]),
    ...(body === null ? [] : [`  body: ${lines(body, BACKTICK)},\n`]),
  ];
  return `const response = await fetch(${literal(origin + target)}, {
${options.join("")}});
console.log(response.status, Object.fromEntries(response.headers));
console.log(await response.text());`;
}

/**
 * For Python 3, with nothing installed.
 * @param {Request} request
 * @param {string} origin
 * @param {Scheme} scheme
 */
function python({ method, target, headers, body }, origin, scheme) {
  const user = 'os.environ["SENSU_USER"] + ":" + os.environ["SENSU_API_KEY"]';
  const credential =
    scheme === "Basic"
      ? [`"Authorization": "Basic " + base64.b64encode((${user}).encode()).decode()`]
      : scheme === null
        ? []
        : [`"Authorization": "${scheme} " + os.environ["${VARIABLES[scheme]}"]`];
  const all = [...credential, ...headers.map(([name, value]) => `${literal(name)}: ${literal(value)}`)];
  const options = [
    `    ${literal(origin + target)},\n    method=${literal(method)},\n`,
    ...(all.length === 0
      ? []
      : [`    headers={\n${all.map((each) => `        ${each},\n`).join("")}    },\n`]),
    ...(body === null ? [] : [`    data=${lines(body, '"""')}.encode(),\n`]),
  ];
  const modules = [
    ...(scheme === "Basic" ? ["base64"] : []),
    ...(scheme === null ? [] : ["os"]),
    "sys",
    "urllib.error",
    "urllib.request",
  ];
  return `${modules.map((module) => `import ${module}`).join("\n")}

request = urllib.request.Request(
${options.join("")})
try:
    response = urllib.request.urlopen(request)
except urllib.error.HTTPError as error:
    response = error
print(response.status)
print(response.headers)
sys.stdout.flush()
sys.stdout.buffer.write(response.read())`;
}

/**
 * @param {Request} request
 * @param {string} origin
 * @param {Scheme} scheme
 */
function go({ method, target, headers, body }, origin, scheme) {
  const set = [
    ...goCredential(scheme),
    ...headers.map(([name, value]) => `request.Header.Set(${literal(name)}, ${literal(value)})`),
  ];
  const imports = ["io", "log", "net/http", "os", ...(body === null ? [] : ["strings"])];
  const reader = body === null ? "nil" : `strings.NewReader(${lines(body, BACKTICK)})`;
  return `package main

import (
${imports.map((each) => `\t"${each}"\n`).join("")})

func main() {
	request, err := http.NewRequest(${literal(method)}, ${literal(origin + target)}, ${reader})
	if err != nil {
		log.Fatal(err)
	}
${set.map((each) => `\t${each}\n`).join("")}	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	log.Println(response.Status, response.Header)
	if _, err := io.Copy(os.Stdout, response.Body); err != nil {
		log.Fatal(err)
	}
}`;
}

/** @param {Scheme} scheme */
function goCredential(scheme) {
  if (scheme === null) return [];
  if (scheme === "Basic")
    return ['request.SetBasicAuth(os.Getenv("SENSU_USER"), os.Getenv("SENSU_API_KEY"))'];
  return [`request.Header.Set("Authorization", "${scheme} "+os.Getenv("${VARIABLES[scheme]}"))`];
}

/**
 * A body between quotes that may hold line ends, so that it can be read; in plain quotes where it has what means something there.
 * @param {string} body
 * @param {string} quotes
 */
function lines(body, quotes) {
  return /[\\`\r]|\$\{|"""|"$/.test(body) ? literal(body) : `${quotes}${body}${quotes}`;
}

/**
 * A text in quotes, as JavaScript, Python and Go read it alike.
 * @param {string} value
 */
function literal(value) {
  return JSON.stringify(value);
}
