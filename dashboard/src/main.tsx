import { render } from "preact";
import { App } from "./app";
import { takeHandedOverToken } from "./token";

takeHandedOverToken();
render(<App />, document.getElementById("page")!);
