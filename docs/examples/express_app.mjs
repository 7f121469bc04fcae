// The smallest plugin with a service token, in Express.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import express from "express";

const root = dirname(fileURLToPath(import.meta.url));
const app = express();

const file = (name) => (request, response) => response.sendFile(name, { root });
app.get("/.well-known/ai-plugin.json", file("ai-plugin.json"));
app.get("/openapi.json", file("openapi.json"));
app.get("/logo.svg", file("logo.svg"));
app.get("/legal", (request, response) => response.type("text").send("Nothing is kept."));

app.get("/todos", (request, response) => {
  // The scheme may be written in any letter case (RFC 9110 section 11.1).
  const [scheme, token] = (request.get("Authorization") ?? "").split(" ");
  if (scheme.toLowerCase() !== "bearer" || token !== process.env.SERVICE_TOKEN) {
    response.status(401).set("WWW-Authenticate", 'Bearer realm="todo"');
    return response.json({ error: "invalid_token" });
  }
  response.json(["buy milk"]);
});

app.listen(3333, "localhost");
