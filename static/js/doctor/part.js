// Which part of the doctor is looked at: the one that was looked at last.

import { signal } from "../../vendor/vendor.js";

export const part = signal(/** @type {"verdict" | "break" | "prove" | "cost"} */ ("verdict"));
