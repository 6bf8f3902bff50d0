// What @aehrc/sdc-populate makes of our Questionnaire's own expressions, and fhirpath.js of those worked out meanwhile.
// In: {questionnaire, responses}; out: {populated, calculated: one object a response, linkId → code}.
import { createRequire } from 'module';
import { readFileSync } from 'fs';

const require = createRequire(import.meta.url);
const { populateQuestionnaire } = require('@aehrc/sdc-populate');
const fhirpath = require('fhirpath');
const r4 = require('fhirpath/fhir-context/r4');

const { questionnaire, responses } = JSON.parse(readFileSync(0, 'utf-8'));
const every = (items) => items.flatMap((item) => [item, ...every(item.item ?? [])]);
const worked = every(questionnaire.item).flatMap((item) =>
  (item.extension ?? [])
    .filter((one) => one.url.endsWith('calculatedExpression'))
    .map((one) => [item.linkId, one.valueExpression.expression])
);
const made = await populateQuestionnaire({
  questionnaire,
  fetchResourceCallback: async () => { throw new Error('nothing is to be fetched'); },
  fetchResourceRequestConfig: { sourceServerUrl: 'http://127.0.0.1/fhir' },
  patient: { resourceType: 'Patient', id: 'p1' },
});
const calculated = responses.map((response) => Object.fromEntries(worked.map(([link, expression]) =>
  [link, fhirpath.evaluate(response, expression, { resource: response }, r4).map((one) => one.code)])));
const told = { success: made.populateSuccess, populated: made.populateResult?.populatedResponse, calculated };
process.stdout.write(`${JSON.stringify(told)}\n`, () => process.exit(0)); // it leaves a timer of 30 s behind
