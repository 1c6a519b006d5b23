// The classes a network tells apart.

import * as store from "../../store.js";

/** The classes, where a column has a unit for each. @param {import("../../model/network.js").Network} network @param {import("../../model/network.js").Column} column */
export function classesOf({ columns }, column) {
  const classes = store.session.value?.data?.classes ?? [];
  const last = columns.findLast(({ kind, size }) => kind === "units" && size > 0);
  return column === last && classes.length > 1 && classes.length === column.size ? classes : null;
}
