// Reads the CLDR packages that package.json pins. Nothing here decides what to
// take: it only knows where each piece lies in the packages.

import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the generator. */
export const here = dirname(fileURLToPath(import.meta.url));

/** Reads a JSON file of an installed package. */
function load(path) {
  return JSON.parse(readFileSync(join(here, "node_modules", path), "utf8"));
}

/** One supplemental file of cldr-core, without its envelope. */
function supplemental(file) {
  return load(`cldr-core/supplemental/${file}.json`).supplemental;
}

const alias = supplemental("aliases").metadata.alias;
const currency = supplemental("currencyData").currencyData;
const week = supplemental("weekData").weekData;

/** Supplemental data: facts that are the same in every locale. */
export const facts = {
  codes: supplemental("codeMappings").codeMappings,
  currencyFractions: currency.fractions,
  currencyUse: currency.region,
  firstDay: week.firstDay,
  languageAlias: alias.languageAlias,
  likelySubtags: supplemental("likelySubtags").likelySubtags,
  measurementSystem: supplemental("measurementData").measurementData.measurementSystem,
  plurals: supplemental("plurals")["plurals-type-cardinal"],
  subdivisionAlias: alias.subdivisionAlias,
  subdivisions: supplemental("subdivisionContainment").subdivisionContainment,
  territories: supplemental("territoryInfo").territoryInfo,
  territoryAlias: alias.territoryAlias,
  territoryContainment: supplemental("territoryContainment").territoryContainment,
};

/** What a locale calls territories, languages and currencies. */
export function namesIn(locale) {
  const localeFile = (part) => load(`cldr-localenames-full/main/${locale}/${part}.json`).main[locale];
  const currencies = load(`cldr-numbers-full/main/${locale}/currencies.json`).main[locale].numbers.currencies;
  return {
    currencies: Object.fromEntries(Object.entries(currencies).map(([code, entry]) => [code, entry.displayName])),
    languages: localeFile("languages").localeDisplayNames.languages,
    territories: localeFile("territories").localeDisplayNames.territories,
  };
}

/** What English calls the subdivisions, by CLDR's lower-case code. */
export function subdivisionNames() {
  const folder = "cldr-subdivisions-full/subdivisions/en";
  const [file] = readdirSync(join(here, "node_modules", folder));
  return load(`${folder}/${file}`).subdivisions.localeDisplayNames.subdivisions;
}

/** Name, version and licence of each installed package, and the licence's text. */
export function packages() {
  const wanted = JSON.parse(readFileSync(join(here, "package.json"), "utf8")).devDependencies;
  return Object.entries(wanted).map(([name, pinned]) => {
    const { version, license } = load(`${name}/package.json`);
    if (version !== pinned) {
      throw new Error(`${name}: ${version} is installed, package.json pins ${pinned}; run run.sh`);
    }
    return { name, version, license, text: readFileSync(join(here, "node_modules", name, "LICENSE"), "utf8") };
  });
}
