// Writes the seeds and translations of the geo module from Unicode CLDR.
//
//   node gen.mjs           writes what has changed and removes what is no longer made
//   node gen.mjs --check   writes nothing; exits 1 when something would change
//
// The output depends on the pinned packages and on the files of this folder
// alone: no clock, no locale of the machine.

import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { here, packages } from "./cldr.mjs";
import { originPage } from "./origin.mjs";
import * as tables from "./tables.mjs";
import { catalogue, checkHandLocales } from "./translations.mjs";

const LOCALES = [
  "af", "am", "ar", "az", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi",
  "fil", "fr", "ga", "gl", "he", "hi", "hr", "hu", "hy", "id", "is", "it", "ja", "ka", "kk", "km", "ko", "lt", "lv",
  "mk", "mn", "ms", "my", "nb", "ne", "nl", "pl", "pt", "pt-PT", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "sw", "ta",
  "te", "th", "tr", "uk", "ur", "uz", "vi", "zh", "zh-Hant", "zu",
];

/** The folder of the module. */
const MODULE = dirname(here);

/** Folders that hold generated files only, so that a file nobody makes any more is found. */
const OWNED_FOLDERS = ["seeds/real", "translations"];

function seedFile(table, rows) {
  const lines = rows.map((row) => `    ${JSON.stringify(row)}`).join(",\n");
  return `{\n  "format": 1,\n  "table": "${table}",\n  "rows": [\n${lines}\n  ]\n}\n`;
}

/** Everything to write, as a path inside the module and its text. */
function outputs() {
  const rows = {
    country: tables.countries(),
    country_language: tables.countryLanguages(),
    currency: tables.currencies(),
    language: tables.languages(),
    region: tables.regions(),
    subdivision: tables.subdivisions(),
  };
  checkHandLocales(LOCALES);
  const seeds = Object.entries(rows).map(([table, list]) => [`seeds/real/${table}.json`, seedFile(table, list)]);
  const translations = LOCALES.map((locale) => {
    const text = JSON.stringify(catalogue(locale, rows), null, 2);
    return [`translations/${locale}.arb`, `${text}\n`];
  });
  const sources = packages();
  const [{ text: licence }] = sources;
  return new Map([
    ...seeds,
    ...translations,
    ["DATA-LICENSE", licence],
    ["ORIGIN.md", originPage(sources, rows, LOCALES)],
  ]);
}

function textOf(path) {
  try {
    return readFileSync(join(MODULE, path), "utf8");
  } catch (error) {
    if (error.code === "ENOENT") {
      return null;
    }
    throw error;
  }
}

function strayFiles(files) {
  return OWNED_FOLDERS.flatMap((folder) => {
    mkdirSync(join(MODULE, folder), { recursive: true });
    return readdirSync(join(MODULE, folder)).map((name) => `${folder}/${name}`);
  }).filter((path) => !files.has(path));
}

function main(check) {
  const files = outputs();
  const changed = [...files].filter(([path, text]) => textOf(path) !== text);
  const stray = strayFiles(files);
  if (check) {
    [...changed.map(([path]) => path), ...stray].forEach((path) => console.error(`stale: ${path}`));
    process.exitCode = changed.length + stray.length > 0 ? 1 : 0;
    return;
  }
  changed.forEach(([path, text]) => writeFileSync(join(MODULE, path), text));
  stray.forEach((path) => rmSync(join(MODULE, path)));
  console.log(`${files.size} files, ${changed.length} written, ${stray.length} removed`);
}

main(process.argv.includes("--check"));
