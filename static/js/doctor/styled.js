// The style sheet of the doctor, once: for its dialog, and for what stands outside of it.

import { style } from "../lazy.js";

export const styled = style("doctor.css");
