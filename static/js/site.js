// On every page. Nothing here is needed for a task; each part says what the page is without it.

import { closeMenus } from "./parts/menus.js";
import { countCharacters } from "./parts/counters.js";
import { leadToErrors } from "./parts/form_errors.js";

closeMenus();
countCharacters();
leadToErrors();
