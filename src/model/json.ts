/** Values as JSON.parse makes them. */
export type JsonValue = string | number | boolean | null | object;
export type JsonObject = object;
