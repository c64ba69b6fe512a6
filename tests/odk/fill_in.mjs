// Fills forms in with the engine of ODK Web Forms. Standard input: a JSON list of {xform, media, steps}; standard
// output: for each of them, the list of what its steps gave. Steps are [verb, name of the question, value]:
//   answer    give an answer; is it let through?      value     what the form would send
//   asked     is the question put?                    add       one more of a repeat; the steps after are about it
//   message   what is said of an answer that is stopped, "" where it is let through
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { JSDOM } from 'jsdom';

// The engine is made for a browser: its parser of documents comes from jsdom, as in the engine's own tests.
const { window } = new JSDOM('');
for (const name of Object.getOwnPropertyNames(window)) {
  if (!(name in globalThis) && /^[A-Z]/.test(name)) globalThis[name] = window[name];
}
globalThis.document = window.document;
globalThis.__dirname = import.meta.dirname ?? '.';
globalThis.require = createRequire(import.meta.url);
const { loadForm } = await import('@getodk/xforms-engine');

const below = (node) => (node.currentState.children ?? []).flatMap((child) => [child, ...below(child)]);
const nameOf = (node) => node.currentState.reference.split('/').at(-1);

function question(root, name) {
  const all = below(root).filter((node) => nameOf(node) === name && node.currentState.children === null);
  if (!all.length) throw new Error(`the form has no question ${name}`);
  return all.at(-1); // of a repeat, the last one
}

const steps = {
  answer(root, name, value) {
    const node = question(root, name);
    if (!node.currentState.relevant) throw new Error(`${name} is not asked`);
    if (node.nodeType === 'select') node.selectValues(value === '' ? [] : value.split(' '));
    else node.setValue(value);
    return !node.validationState.constraint || node.validationState.constraint.valid;
  },
  value: (root, name) => question(root, name).currentState.instanceValue,
  asked: (root, name) => question(root, name).currentState.relevant,
  message: (root, name) => question(root, name).validationState.violation?.message?.asString ?? '',
  add(root, name) {
    below(root).find((node) => node.nodeType.startsWith('repeat-range') && nameOf(node) === name).addInstances();
    return true;
  },
};

async function filled({ xform, media, steps: asked }) {
  const fetchFormAttachment = async (url) => {
    const text = media[String(url).split('/').at(-1)];
    return { ok: true, status: 200, headers: new Map([['content-type', 'text/csv']]), text: async () => text };
  };
  const loaded = await loadForm(xform, { fetchFormAttachment });
  if (loaded.status === 'failure') throw loaded.error;
  const { root } = loaded.createInstance();
  return asked.map(([verb, name, value]) => steps[verb](root, name, value));
}

const given = JSON.parse(readFileSync(0, 'utf-8'));
const results = [];
for (const form of given) {
  try {
    results.push(await filled(form));
  } catch (error) {
    results.push({ error: String(error.stack ?? error) });
  }
}
process.stdout.write(JSON.stringify(results));
