import { render } from "preact";
import { App } from "./app";
import { storeTokenFromUrl } from "./token";

storeTokenFromUrl();
render(<App />, document.getElementById("app")!);
