// Makes the translation files: what each locale calls the rows of the tables,
// and the messages that messages.json keeps by hand.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { facts, here, namesIn } from "./cldr.mjs";

/** The locale that every other one falls back to. */
export const SOURCE_LOCALE = "en";

/** Where CLDR keeps the names of a table's rows. */
const NAMES_OF = { country: "territories", currency: "currencies", language: "languages", region: "territories" };

const byHand = JSON.parse(readFileSync(join(here, "messages.json"), "utf8"));

/** Writes plain text so that an ICU message shows it as it is. */
function escapeIcu(text) {
  return text.replaceAll("'", "''").replace(/[{}<>]+/g, "'$&'");
}

/** The names of all rows in one locale; a row without a name there is left to the fallback. */
function rowNames(locale, tables) {
  const names = namesIn(locale);
  return Object.entries(NAMES_OF).flatMap(([table, section]) =>
    tables[table]
      .filter(({ code }) => names[section][code] && names[section][code] !== code)
      .map(({ code }) => [`${table}_${code}`, escapeIcu(names[section][code])]),
  );
}

/** The arms of a locale's plurals, by CLDR. */
function pluralArms(locale) {
  const rules = facts.plurals[locale] ?? facts.plurals[locale.split("-")[0]];
  return Object.keys(rules).map((rule) => rule.replace("pluralRule-count-", "")).sort();
}

/** Refuses a message by hand whose plural lacks an arm of its locale, or has one too many. */
function checkPlural(key, locale, text) {
  if (!text.includes(", plural,")) {
    return;
  }
  const found = [...text.matchAll(/\b(zero|one|two|few|many|other) \{/g)].map((match) => match[1]).sort();
  const expected = pluralArms(locale);
  if (found.join() !== expected.join()) {
    throw new Error(`messages.json: ${key} in ${locale}: found the arms ${found}, expected ${expected}`);
  }
}

/** The messages by hand in one locale, with what is said of them beside the source text. */
function handMessages(locale) {
  return Object.entries(byHand).flatMap(([key, { messages, ...said }]) => {
    const text = messages[locale];
    if (text === undefined) {
      return [];
    }
    checkPlural(key, locale, text);
    return locale === SOURCE_LOCALE ? [[key, text], [`@${key}`, said]] : [[key, text]];
  });
}

/** The content of one locale's ARB file. */
export function catalogue(locale, tables) {
  return Object.fromEntries([["@@locale", locale], ...handMessages(locale), ...rowNames(locale, tables)]);
}

/** Refuses a locale in messages.json that no file is written for. */
export function checkHandLocales(locales) {
  for (const [key, { messages }] of Object.entries(byHand)) {
    const stray = Object.keys(messages).find((locale) => !locales.includes(locale));
    if (stray) {
      throw new Error(`messages.json: ${key}: ${stray} is not among the locales of gen.mjs`);
    }
  }
}
