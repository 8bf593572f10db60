"""What may be read: OpenAPI tells all of it, as it is, and nobody's question is answered as another than it is."""
import json
import re
import unittest
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote

from wot import Wot, now

DAEMONS = ("intake", "triage", "case", "aggregate")
NEEDED = {"/v1/kpis/{id}/compare": "?definition=2023&other=2025"}  # parameters without which there is no answer
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}


def faults(schema, value, api, at=""):
    """Where the value is not as the schema says; what the schema does not name is a fault as well."""
    if "$ref" in schema:
        schema = api["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if "oneOf" in schema:
        return min((faults(one, value, api, at) for one in schema["oneOf"]), key=len)
    if value is None:
        return [] if schema.get("nullable") else [f"{at}: null"]
    if not isinstance(value, TYPES[schema["type"]]) or (isinstance(value, bool) and schema["type"] != "boolean"):
        return [f"{at}: {value!r} is no {schema['type']}"]
    found = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: {value!r} is not of the list")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        found.append(f"{at}: {value!r} is not of the pattern")
    for i, item in enumerate(value if schema["type"] == "array" else ()):
        found += faults(schema["items"], item, api, f"{at}/{i}")
    if schema["type"] == "object":
        found += [f"{at}/{name}: missing" for name in schema.get("required", ()) if name not in value]
        for name, item in value.items():
            known = schema["properties"].get(name, schema.get("additionalProperties"))
            found += faults(known, item, api, f"{at}/{name}") if known else [f"{at}/{name}: not in the schema"]
    return found


class Reads(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot())
        cls.wot.start()
        case = now()[:4] + "-000001"
        cls.named = {"externalRef": "gp/gp-1", "caseId": case, "id": "help_requests", "table": "cases"}
        cls.post("gp", "/v1/referrals", externalRef="gp-1", channel="PARTNER", consent=True,
                 referrer={"organisation": "gp"}, problems=["FINANCE"])
        cls.post("desk", "/v1/help-requests", externalRef="r-2", channel="WEB", ward="ZUID")
        cls.post("gp", "/v1/signals", externalRef="s-1", kind="EVICTION")
        cls.wot.settle()
        cls.post("aanmeldteam", "/v1/screenings", externalRef="s-1", caseId=case, outcome="TO_SUPPORT",
                 expertise=["DEBT"], careWeight="LIGHT")
        cls.wot.settle()
        for i, step in enumerate(({"supportStarted": {"caseLead": "jdv"}},
                                  {"handoverOffered": {"to": "rogplus", "warm": True}})):
            cls.post("casesystem", "/v1/case-events", externalRef=f"e-{i}", caseId=case, **step)
        cls.wot.settle()
        cls.api = {daemon: cls.wot.get(None, "/v1/openapi.json", daemon=daemon)[1] for daemon in DAEMONS}

    @classmethod
    def post(cls, client, path, **body):
        code, said = cls.wot.post(client, path, {"occurredAt": now(), **body})[:2]
        assert code == 202, (path, code, said)

    def gets(self):
        """(daemon, path with its name filled in, how OpenAPI has it)"""
        for daemon, api in self.api.items():
            for path, methods in api["paths"].items():
                if "get" in methods:
                    yield daemon, path.format(**self.named), methods["get"]

    def ask(self, client, path, daemon):
        """The status, and the body where it is JSON."""
        request = urllib.request.Request(self.wot.url(daemon, path))
        if client:
            request.add_header("Authorization", f"Bearer {self.wot.token(client)}")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                is_json = "json" in answer.headers["Content-Type"]
                return answer.status, json.loads(answer.read()) if is_json else None
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def test_every_get_is_there_and_answers_what_its_schema_says(self):
        asked = set()
        for daemon, path, get in self.gets():
            code, body = self.ask("operator", path + NEEDED.get(path.replace(self.named["id"], "{id}"), ""), daemon)
            self.assertEqual(code, 200, (daemon, path))
            asked.add(path)
            said = get["responses"]["200"]["content"]
            if "application/json" in said:
                schema = said["application/json"]["schema"]
                if "$ref" in schema:
                    self.assertEqual(faults(schema, body, self.api[daemon]), [], (daemon, path))
                    self.assertTrue(body, path)
        self.assertLessEqual({"/v1/referrals", "/v1/worklist", "/v1/teams", "/v1/cases", "/v1/kpis", "/healthz",
                              "/metrics", "/v1/openapi.json"}, asked)

    def test_operations_are_told_apart_by_name(self):
        for api in self.api.values():
            names = [operation["operationId"] for methods in api["paths"].values() for operation in methods.values()]
            self.assertEqual(len(names), len(set(names)))
            self.assertNotIn('"required": []', str(api).replace("'", '"'))

    def test_a_parameter_that_is_unknown_or_repeated_is_refused_by_its_name(self):
        for daemon, path, get in self.gets():
            for query, name in (("limt=1", "limt"), ("x", "x"), ("Limit=5", "Limit")):
                code, problem = self.ask("operator", f"{path}?{query}", daemon)
                self.assertEqual((code, problem["errors"][0]["pointer"]), (400, f"/{name}"), (daemon, path))
                self.assertIn(name, problem["detail"])
            for parameter in get.get("parameters", ()):
                name = parameter["name"]
                if parameter["in"] == "query":
                    code, problem = self.ask("operator", f"{path}?{name}=1&{name}=1000", daemon)
                    self.assertEqual(code, 400, (daemon, path, name))
                    self.assertIn(name, problem["detail"])

    def test_a_number_is_written_as_one(self):
        for daemon, path, get in self.gets():
            for parameter in get.get("parameters", ()):
                if parameter["schema"]["type"] != "integer":
                    continue
                for value in ("+5", "-5", " 5", "5 ", "0x5", "5.0", "05", "", "5\0", "99999999999999999999"):
                    code, problem = self.ask("operator", f"{path}?{parameter['name']}={quote(value)}", daemon)
                    self.assertEqual(code, 400, (path, value))
                    self.assertIn(parameter["name"], problem["detail"])

    def test_what_is_sent_takes_no_parameters_either(self):
        body = {"externalRef": "q-1", "occurredAt": now(), "channel": "PHONE", "answer": "ADVICE"}
        code, problem = self.wot.post("desk", "/v1/brief-contacts?dryRun=true", body)[:2]
        self.assertEqual((code, problem["errors"][0]["pointer"]), (400, "/dryRun"))
        self.assertEqual(self.wot.post("desk", "/v1/brief-contacts", body)[1]["status"], "ACCEPTED")

    def test_roles_md_is_true(self):
        text = Path(__file__).parents[2].joinpath("docs", "roles.md").read_text()
        clients = {"phone_centre": "rogplus", "partner": "gp", "case_system": "casesystem",
                   "intake_team": "aanmeldteam"}
        may = {row[0]: set(re.findall("`([^`]+)`", row[2]))
               for row in re.findall(r"^\| (\w+) \| (.*) \| (.*) \| .*\|$", text, re.M)}
        opened = set(re.findall(r"^\| `([^`]+)` \| .* \|$", text, re.M))
        self.assertEqual(len(may), 9)  # with the head
        self.assertLessEqual({"/v1/worklist", "/v1/teams", "/v1/cases", "/v1/cases/{caseId}"}, may["manager"])
        for daemon, api in self.api.items():
            for path, methods in api["paths"].items():
                if "get" not in methods:
                    continue
                there = path.format(**self.named) + NEEDED.get(path, "")
                self.assertEqual(self.ask(None, there, daemon)[0], 200 if path in opened else 401, path)
                for role in may.keys() - {"role"}:
                    code = self.ask(clients.get(role, role), there, daemon)[0]
                    self.assertEqual(code, 200 if path in opened | may[role] else 403, (role, path))


if __name__ == "__main__":
    unittest.main()
