// Where agents and Cloudflare's locations are, and how far these are from D1.

/** Milliseconds there and back, from the least to the most. */
export type Distance = readonly [least: number, most: number];

export interface Continent {
  readonly name: string;
  /** Cities in which Cloudflare has a location: about 310 in all. */
  readonly locations: number;
  /** Millions of people, as the United Nations count them for 2024; agents are spread as people are. */
  readonly people: number;
  /** To the nearest replica of D1, of which there is one in each of ENAM, WNAM, WEUR, EEUR, APAC and OC. */
  readonly replica: Distance;
  /** To the primary of D1, which is in Western Europe. */
  readonly primary: Distance;
}

export const CONTINENTS: readonly Continent[] = [
  { name: "Africa", locations: 35, people: 1_515, replica: [80, 200], primary: [80, 200] },
  { name: "Asia", locations: 100, people: 4_806, replica: [20, 120], primary: [120, 250] },
  { name: "Europe", locations: 60, people: 745, replica: [20, 50], primary: [20, 60] },
  { name: "North America", locations: 60, people: 615, replica: [20, 50], primary: [90, 160] },
  { name: "Oceania", locations: 15, people: 46, replica: [20, 60], primary: [230, 300] },
  { name: "South America", locations: 40, people: 438, replica: [110, 180], primary: [180, 250] },
];

/** One location: its continent, and its share of all agents. */
export interface Site {
  readonly continent: Continent;
  readonly share: number;
}

/** All locations. In each continent the second has half the people of the first, the third a third, and so on. */
export function sites(): Site[] {
  const everybody = sum(CONTINENTS.map(({ people }) => people));
  return CONTINENTS.flatMap((continent) => {
    const ranks = Array.from({ length: continent.locations }, (_, index) => 1 / (index + 1));
    const all = sum(ranks);
    return ranks.map((rank) => ({ continent, share: ((rank / all) * continent.people) / everybody }));
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
