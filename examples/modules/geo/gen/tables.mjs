// Decides which rows the tables of the geo module get. Each function returns
// the rows of one table in the order in which they can be inserted: a row
// comes after the rows it refers to, and otherwise in the order of its key.

import { facts, namesIn, subdivisionNames } from "./cldr.mjs";

const english = namesIn("en");

/** ISO 3166-1 reserves the numbers from here on for private use: ZZ, XK, EU … */
const FIRST_PRIVATE_NUMERIC = 900;

/** UN M.49 leaves Antarctica outside every region; CLDR puts it into a private one. */
const REGION_BY_HAND = { AQ: "001" };

const WEEKDAYS = {
  mon: "monday", tue: "tuesday", wed: "wednesday", thu: "thursday", fri: "friday", sat: "saturday", sun: "sunday",
};

/** From the strongest to the weakest. */
const STATUSES = ["official", "de_facto_official", "official_regional"];

const byKey = (key) => (a, b) => (a[key] < b[key] ? -1 : Number(a[key] > b[key]));
const isM49 = (code) => /^\d{3}$/.test(code);
const base = (tag) => tag.split(/[_-]/)[0];
const numberOrNull = (text) => (text === undefined ? null : Number(text));

/** The alpha-2 codes of ISO 3166-1, sorted. */
const countryCodes = Object.keys(facts.codes)
  .filter((code) => /^[A-Z]{2}$/.test(code) && !facts.territoryAlias[code])
  .filter((code) => facts.codes[code]._alpha3 && Number(facts.codes[code]._numeric) < FIRST_PRIVATE_NUMERIC)
  .sort();

/** The M.49 region that holds `code` directly; groupings across the tree do not count. */
function regionOf(code) {
  const parents = Object.entries(facts.territoryContainment)
    .filter(([region, entry]) => isM49(region) && !entry._grouping && entry._contains.includes(code))
    .map(([region]) => region);
  return REGION_BY_HAND[code] ?? parents[0] ?? null;
}

/** The region above a grouping, which CLDR states apart from the tree. */
function regionAboveGrouping(code) {
  const above = Object.entries(facts.territoryContainment)
    .find(([key, entry]) => key.endsWith("-status-grouping") && entry._contains.includes(code));
  return above?.[0].split("-")[0] ?? null;
}

/** UN M.49 regions: the tree under 001, and the groupings that cut across it. */
export function regions() {
  const rows = Object.entries(facts.territoryContainment)
    .filter(([code]) => isM49(code))
    .map(([code, entry]) => {
      const grouping = entry._grouping === "true";
      const parent = grouping ? regionAboveGrouping(code) : regionOf(code);
      return { code, name: english.territories[code], parent, grouping };
    });
  return parentsFirst(rows);
}

/** Sorts rows with `code` and `parent` by their depth, then by code. */
function parentsFirst(rows) {
  const parentOf = Object.fromEntries(rows.map((row) => [row.code, row.parent]));
  const depth = (code) => (parentOf[code] ? 1 + depth(parentOf[code]) : 0);
  return rows.sort(byKey("code")).sort((a, b) => depth(a.code) - depth(b.code));
}

/** The currencies that are legal tender in a country and have no end, CLDR's order. */
function tenders(country) {
  return (facts.currencyUse[country] ?? [])
    .flatMap((entry) => Object.entries(entry))
    .filter(([, use]) => use._to === undefined && use._tender !== "false")
    .map(([code]) => code);
}

/** The one currency of a country: its own before one it shares, else the first. */
function currencyOf(country) {
  const codes = tenders(country);
  return codes.find((code) => code.startsWith(country)) ?? codes[0] ?? null;
}

/** The currencies that are legal tender somewhere today. */
export function currencies() {
  const codes = new Set(countryCodes.flatMap(tenders));
  return [...codes].sort().map((code) => ({
    code,
    name: english.currencies[code],
    numeric: facts.codes[code]?._numeric.padStart(3, "0") ?? null,
    digits: Number((facts.currencyFractions[code] ?? facts.currencyFractions.DEFAULT)._digits),
  }));
}

/** The countries of ISO 3166-1. */
export function countries() {
  return countryCodes.map((code) => {
    const info = facts.territories[code] ?? {};
    return {
      code,
      name: english.territories[code],
      alpha3: facts.codes[code]._alpha3,
      numeric: facts.codes[code]._numeric,
      region: regionOf(code),
      currency: currencyOf(code),
      population: numberOrNull(info._population),
      gdp_ppp_usd: numberOrNull(info._gdp),
      literacy_percent: numberOrNull(info._literacyPercent),
      week_start: WEEKDAYS[facts.firstDay[code] ?? facts.firstDay["001"]],
      measurement: (facts.measurementSystem[code] ?? facts.measurementSystem["001"]).toLowerCase(),
    };
  });
}

/** The subdivisions of ISO 3166-2, the larger ones before those inside them. */
export function subdivisions() {
  const names = subdivisionNames();
  const nameOf = (id) => names[id] ?? english.territories[facts.subdivisionAlias[id]?._replacement];
  const iso = (id) => `${id.slice(0, 2)}-${id.slice(2)}`.toUpperCase();
  const rows = Object.entries(facts.subdivisions).flatMap(([holder, entry]) =>
    entry._contains.filter(nameOf).map((id) => ({
      code: iso(id),
      country: id.slice(0, 2).toUpperCase(),
      parent: isCountry(holder) ? null : iso(holder),
      name: nameOf(id),
    })),
  );
  return parentsFirst(rows);
}

function isCountry(code) {
  return countryCodes.includes(code);
}

/** Who speaks what: one entry for each country and language, scripts put together. */
function spoken() {
  return countryCodes.flatMap((country) => {
    const merged = {};
    for (const [tag, use] of Object.entries(facts.territories[country]?.languagePopulation ?? {})) {
      const entry = (merged[base(tag)] ??= { percent: 0, status: "none" });
      // Those who write a language in two scripts are mostly the same people, so percentages do not add up.
      entry.percent = Math.max(entry.percent, Number(use._populationPercent));
      entry.status = STATUSES.find((status) => [entry.status, use._officialStatus].includes(status)) ?? "none";
    }
    return Object.entries(merged).map(([language, use]) => ({ country, language, ...use }));
  });
}

/** ISO 639-3 codes of languages whose usual code has two letters. */
function alpha3Of(code) {
  if (code.length === 3) {
    return code;
  }
  const found = Object.entries(facts.languageAlias)
    .find(([long, entry]) => long.length === 3 && entry._reason === "overlong" && entry._replacement === code);
  return found?.[0] ?? null;
}

/** Languages that some country gives a status, or that have a code of two letters. */
export function languages() {
  const used = spoken().filter((use) => use.status !== "none" || use.language.length === 2);
  const codes = new Set(used.map((use) => use.language).filter((code) => english.languages[code]));
  return [...codes].sort().map((code) => ({
    code,
    name: english.languages[code],
    script: facts.likelySubtags[code]?.split("-")[1] ?? null,
    alpha3: alpha3Of(code),
  }));
}

/** The share of each country's people that uses a language, and its standing there. */
export function countryLanguages() {
  const known = new Set(languages().map((row) => row.code));
  return spoken()
    .filter((use) => known.has(use.language) && (use.percent > 0 || use.status !== "none"))
    .map(({ country, language, percent, status }) => ({ country, language, population_percent: percent, status }))
    .sort((a, b) => byKey("country")(a, b) || byKey("language")(a, b));
}

