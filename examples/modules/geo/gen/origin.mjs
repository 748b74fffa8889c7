// Makes ORIGIN.md: where the data comes from, under which licence, and how much of it there is.

const TAKEN = {
  country:
    "ISO 3166-1 codes (`codeMappings`), population, GDP and literacy (`territoryInfo`), region (`territoryContainment`), " +
    "current legal tender (`currencyData`), first day of the week (`weekData`), system of measurement (`measurementData`)",
  country_language: "share of the people and official status (`territoryInfo`); scripts of one language are put together",
  currency: "codes that are legal tender somewhere (`currencyData`), minor digits, ISO 4217 numbers (`codeMappings`)",
  language: "languages with an official status somewhere or a code of two letters; their likely script (`likelySubtags`)",
  region: "UN M.49 regions and groupings (`territoryContainment`)",
  subdivision: "ISO 3166-2 codes (`subdivisionContainment`) with their English names (`cldr-subdivisions-full`)",
};

/** The text of ORIGIN.md. */
export function originPage(sources, rows, locales) {
  const packageLines = sources.map(({ name, version, license }) => `| \`${name}\` | ${version} | ${license} |`);
  const tableLines = Object.entries(rows).map(([table, list]) => `| \`${table}\` | ${list.length} | ${TAKEN[table]} |`);
  return `# Origin of the data

Everything in \`seeds/real/\` and \`translations/\` is made by \`gen/\` (\`make gen\` from the root of the workspace) from the
JSON edition of the Unicode Common Locale Data Repository. This page is made with it; edit \`gen/origin.mjs\` instead.

The data is under the Unicode licence, whose text is in \`DATA-LICENSE\`. The messages of \`gen/messages.json\`, which the
translations also hold, were written for this module and are under its own licence.

| npm package | version | licence |
|---|---|---|
${packageLines.join("\n")}

| table | rows | taken |
|---|---|---|
${tableLines.join("\n")}

Names of countries, regions, languages and currencies come from \`cldr-localenames-full\` and \`cldr-numbers-full\`, in
${locales.length} locales: ${locales.join(", ")}.

Changes to the data: Antarctica is placed directly under the world, where UN M.49 has it; a country with several
currencies is given its own; territories without a code in ISO 3166-1 are left out.
`;
}
