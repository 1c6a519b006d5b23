// What can be taken away: the session in a link or a file, the step as a program, the stage as a picture.

import { html, useEffect, useState } from "../../vendor/vendor.js";
import * as actions from "../actions.js";
import { count } from "../model/format.js";
import * as store from "../store.js";
import { Bring } from "./bring.js";
import { Copied } from "./copied.js";
import { Embed } from "./embed.js";
import { Forms } from "./forms.js";
import { Pictures } from "./pictures.js";
import { exported, linkTo } from "./session.js";
import { saveAnswer } from "./save.js";

/** Mail and chat cut what is longer. */
const LONGEST = 30_000;

export function Take() {
  const [link, text] = useLink();
  return html`<div class="take"><h2>Take it away</h2>
    <section><h3>A link with everything</h3><p class="note">Model, data, changes, seed, this very event and the part of the graph you see are in the link itself. It opens on any explorer, today or in years.</p>
      ${link && (link.length > LONGEST ? html`<p class="note" data-too-long>This link would have ${count(link.length)} characters; mail and chat cut links of more than ${count(LONGEST)}. The session file has no such limit.</p>`
        : html`<${Copied} name="everything" title="A link with everything" text=${link} />`)}</section>
    <section><h3>A session file</h3><p class="note">The same as a file. Bring it back here, or to any explorer.</p>
      <div class="fields"><button type="button" class="pill on" data-command="save-session" onClick=${saveSession}>Save the file</button><${Bring} /></div></section>
    <${Forms} /><${Pictures} />${text && link.length <= LONGEST && html`<${Embed} text=${text} />`}</div>`;
}

/** The link and what it holds; as long as a picture is made, what they were. @returns {[string, string]} */
function useLink() {
  const [made, setMade] = useState(/** @type {[string, string]} */ (["", ""]));
  const make = async () => {
    const text = await (await exported()).text();
    setMade([await linkTo(text), text]);
  };
  useEffect(() => { if (!store.filming.peek()) make().catch(actions.fail); }, [store.session.value, store.place.value]);
  return made;
}

const saveSession = () => exported().then(saveAnswer, actions.fail);
