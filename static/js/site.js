// On every page. Nothing here is needed for a task; each part says what the page is without it.

import "./counter.js";
import { offerToCopy } from "./parts/copy.js";
import { closeMenus } from "./parts/menus.js";
import { leadToErrors } from "./parts/form_errors.js";
import { beginWithOwnZone } from "./parts/time_zone.js";

closeMenus();
leadToErrors();
offerToCopy();
beginWithOwnZone();
