// What the service's own description says of a place in a spec: the object's words, and its fields.

/** @typedef {Record<string, any>} Schema */
/** @typedef {Record<string, Schema>} Schemas by name */
/** @typedef {{name: string, kind: string, usual: string, doc: string, needed: boolean}} Field */
/** @typedef {{title: string, doc: string, fields: Field[], here: string | null}} Help `here`: the field that the place is */

/** @param {Schemas} schemas @param {unknown} spec @param {string} pointer @param {(schema: string, value: any) => Field[]} [more] fields that only the catalogue knows @returns {Help} */
export function helpAt(schemas, spec, pointer, more = () => []) {
  let schema = /** @type {Schema} */ ({ $ref: "#/SpecRequest" }), value = /** @type {any} */ (spec), title = "spec", here = null;
  let help = told(schemas, schema, value, title, more);
  for (const step of pointer.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))) {
    const around = chosen(schemas, schema, value);
    schema = around.properties?.[step] ?? around.items ?? (typeof around.additionalProperties === "object" ? around.additionalProperties : {});
    value = value?.[step];
    title = /^\d+$/.test(step) ? title.replace(/s$/, "") : step;
    const next = told(schemas, schema, value, title, more);
    if (next.fields.length) [help, here] = [next, null];
    else here ??= step;
  }
  return { ...help, here };
}

/** @param {Schemas} schemas @param {Schema} schema @param {any} value @param {string} title @param {(schema: string, value: any) => Field[]} more @returns {Help} */
function told(schemas, schema, value, title, more) {
  const object = chosen(schemas, schema, value), needed = new Set(object.required ?? []);
  const fields = Object.entries(object.properties ?? {}).map(([name, field]) => fieldOf(schemas, name, /** @type {Schema} */ (field), needed.has(name)));
  return { title, doc: object.description ?? "", fields: fields.length ? [...fields, ...more(object.title ?? "", value)] : [], here: null };
}

/** What a reference, or one of several alternatives, comes to for this value. @param {Schemas} schemas @param {Schema} schema @param {any} value @returns {Schema} */
function chosen(schemas, schema, value) {
  if (schema.$ref) return chosen(schemas, schemas[schema.$ref.split("/").pop()] ?? {}, value);
  const kinds = (schema.oneOf ?? schema.anyOf ?? []).filter((/** @type {Schema} */ each) => each.type !== "null");
  if (schema.discriminator) return chosen(schemas, { $ref: schema.discriminator.mapping[value?.kind] ?? "" }, value);
  if (!kinds.length) return schema;
  const resolved = kinds.map((/** @type {Schema} */ each) => chosen(schemas, each, value));
  const keys = Object.keys(value && typeof value === "object" ? value : {});
  return resolved.find((/** @type {Schema} */ each) => (each.required ?? []).length && (each.required ?? []).every((/** @type {string} */ key) => keys.includes(key))) ?? resolved[0];
}

/** @param {Schemas} schemas @param {string} name @param {Schema} field @param {boolean} needed @returns {Field} */
function fieldOf(schemas, name, field, needed) {
  const kind = field.discriminator ? field : chosen(schemas, field, undefined), usual = field.default === undefined ? "" : JSON.stringify(field.default);
  return { name, kind: kindOf(kind), usual: usual.length > 40 ? "" : usual, doc: field.description ?? "", needed };
}

/** A kind and its bounds in a few words. @param {Schema} schema */
function kindOf(schema) {
  if (schema.discriminator || schema.oneOf) return "object";
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((/** @type {unknown} */ each) => JSON.stringify(each)).join(" or ");
  const low = schema.ge ?? schema.minimum, above = schema.gt ?? schema.exclusiveMinimum, high = schema.le ?? schema.maximum;
  const bounds = [low !== undefined ? `from ${low}` : above !== undefined ? `above ${above}` : "", high !== undefined ? `to ${high}` : ""].filter(Boolean).join(" ");
  return [schema.type ?? "value", bounds].filter(Boolean).join(" ");
}
