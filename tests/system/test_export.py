"""wotctl export --facts: CSV that says what stands in it, of which the figures follow, for who may see all of them; without what
names a case, a submission or a person."""
import collections
import csv
import datetime
import hashlib
import json
import os
import re
import unittest
import unittest.mock

from wot import Wot

FIRST, LAST = "2025-01-01", "2025-02-28"
READS = {"date": datetime.date.fromisoformat, "integer": int, "boolean": {"true": True, "false": False}.__getitem__, "string": str}


class Export(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot())
        cls.wot.start()
        cls.wot.live_through(FIRST, LAST, 11)
        cls.folder = cls.wot.dir / "facts"
        cls.wot.wotctl("--client", "manager", "export", "--facts", cls.folder)
        cls.package = json.loads((cls.folder / "datapackage.json").read_text())
        cls.resources = {resource["name"]: resource for resource in cls.package["resources"]}
        cls.tables = {name: cls.rows(resource) for name, resource in cls.resources.items()}

    @classmethod
    def rows(cls, resource):
        """Each cell as the package says that it reads."""
        fields = {field["name"]: READS[field["type"]] for field in resource["schema"]["fields"]}
        with open(cls.folder / resource["path"], encoding=resource["encoding"], newline="") as file:
            reader = csv.DictReader(file, strict=True)
            rows = [{name: None if text in resource["schema"]["missingValues"] else fields[name](text) for name, text in row.items()}
                    for row in reader]
            assert reader.fieldnames == list(fields), resource["name"]
        return rows

    def test_the_package_says_what_lies_beside_it(self):
        self.assertEqual((self.package["profile"], self.package["internal"]), ("tabular-data-package", True))
        self.assertIn("Niet om te publiceren", self.package["description"])
        self.assertEqual(set(self.package["marks"]), {"intake", "triage", "case"})
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), sorted(["datapackage.json", *(f"{name}.csv" for name in self.resources)]))
        for resource in self.resources.values():
            bytes = (self.folder / resource["path"]).read_bytes()
            self.assertEqual((resource["bytes"], resource["hash"]), (len(bytes), f"sha256:{hashlib.sha256(bytes).hexdigest()}"))
            self.assertEqual((resource["format"], resource["mediatype"], resource["encoding"]), ("csv", "text/csv", "utf-8"))
            self.assertRegex(resource["name"], r"^[a-z_]+$")

    def test_a_cell_is_one_of_the_values_that_its_field_can_have(self):
        for name, resource in self.resources.items():
            for field in resource["schema"]["fields"]:
                self.assertTrue(field["description"], (name, field["name"]))
                if "enum" in field.get("constraints", {}):
                    said = {row[field["name"]] for row in self.tables[name]} - {None}
                    self.assertLessEqual(said, set(field["constraints"]["enum"]), (name, field["name"]))
        fields = {field["name"]: field for field in self.resources["cases"]["schema"]["fields"]}
        self.assertIn("GOALS_MET", fields["closing_reason"]["constraints"]["enum"])
        self.assertIn("FINANCE", fields["problems"]["description"])

    def within(self, table, day, where):
        first, last = map(datetime.date.fromisoformat, (FIRST, LAST))
        return [row for row in self.tables[table] if row[day] and first <= row[day] <= last and where(row)]

    def test_figures_follow_from_the_rows(self):
        """As kpi.yaml words them."""
        figures = self.wot.kpi("--period", f"{FIRST}..{LAST}")
        asked = {
            "help_requests": ("cases", "reported_on", lambda row: not row["youth"] and not row["advice"]),
            "brief_contacts": ("contacts", "day", lambda row: row["age_group"] != "YOUTH"),
            "closures": ("cases", "closed_on", lambda row: not row["youth"]),
            "screenings": ("screenings", "day", lambda row: True),
        }
        for id, question in asked.items():
            self.assertTrue(figures[id]["count"], id)
            self.assertEqual(len(self.within(*question)), figures[id]["count"], id)
        requests = self.within(*asked["help_requests"])
        for id, key_of in (("help_requests", lambda row: [row["ward"]]), ("problem_areas", lambda row: (row["problems"] or "").split(";"))):
            by = "ward" if id == "help_requests" else "problem"
            (figure,) = json.loads(self.wot.wotctl("kpi", id, "--period", f"{FIRST}..{LAST}", "--by", by, "--json").stdout)
            counted = collections.Counter(key or "UNKNOWN" for row in requests for key in key_of(row))
            self.assertEqual(counted, {row["key"]: row["count"] for row in figure["by"] if row["count"]}, id)
        self.assertGreater(len(self.tables["calls"]), 1024)  # more than one piece

    def test_nothing_names_a_case_a_submission_or_a_person(self):
        names = {field["name"] for resource in self.resources.values() for field in resource["schema"]["fields"]}
        self.assertFalse([name for name in names if re.search(r"(^|_)(id|ref|number|seq|client|part|hash)$", name)])
        named = set()
        for log in ("intake", "triage", "case"):
            for line in self.wot.tail(log):
                event = line["event"]
                body = next(iter(event["body"].values()))
                named |= {event["id"], event.get("externalRef"), event.get("caseId"), body.get("householdId"), body.get("callId"), body.get("complaintRef")}
        named.discard(None)
        self.assertGreater(len(named), 1000)
        for resource in self.resources.values():
            cells = set(re.split(r"[,;\"\n]", (self.folder / resource["path"]).read_text()))
            self.assertFalse(cells & named, resource["name"])
            self.assertFalse([cell for cell in cells if "syn-" in cell or "Testpersoon" in cell or re.fullmatch(r"\d{4}-\d{6}", cell)])

    def beside(self):
        return sorted(path.name for path in self.wot.dir.iterdir() if "fact" in path.name)

    def test_others_than_managers_and_operators_are_refused_and_nothing_is_left(self):
        self.wot.wotctl("--client", "operator", "export", "--facts", self.wot.dir / "facts-o")
        before = self.beside()
        for client in ("viewer", "gp", "desk", "aanmeldteam", "casesystem", "rogplus", "nobody"):
            refused = self.wot.wotctl("--client", client, "export", "--facts", self.wot.dir / "facts-x", check=False)
            self.assertEqual((refused.returncode, client == "nobody" or "403" in refused.stderr), (1, True), (client, refused.stderr))
        self.assertEqual(self.beside(), before)
        for path in ("/v1/facts", "/v1/facts/cases"):
            self.assertEqual(self.wot.get(None, path, daemon="aggregate")[0], 401, path)
            self.assertEqual(self.wot.get("viewer", path, daemon="aggregate")[0], 403, path)
        for path in ("/v1/facts/", "/v1/facts/persons", "/v1/facts/cases/1"):
            self.assertEqual(self.wot.get("manager", path, daemon="aggregate")[0], 404, path)

    def test_what_somebody_keeps_in_the_folder_stays(self):
        kept = self.wot.dir / "kept"
        kept.mkdir()
        self.wot.wotctl("export", "--facts", kept)  # an empty one is taken
        (kept / "mine.txt").write_text("mine")
        before = sorted(path.name for path in kept.iterdir())
        refused = self.wot.wotctl("export", "--facts", kept, check=False)
        self.assertEqual((refused.returncode, "a folder of their own" in refused.stderr), (1, True))
        self.assertEqual(sorted(path.name for path in kept.iterdir()), before)

    def test_where_it_cannot_be_written_nothing_is_left(self):
        refused = self.wot.wotctl("export", "--facts", self.wot.dir / "no" / "facts", check=False)
        self.assertEqual((refused.returncode, "No such file" in refused.stderr), (1, True), refused.stderr)
        self.assertEqual(self.wot.wotctl("export", check=False).returncode, 2)
        self.assertEqual(self.wot.wotctl("export", "--facts", "", check=False).returncode, 2)

    def test_what_speaks_http_says_what_to_install_where_libcurl_is_missing_and_the_rest_works(self):
        none = self.wot.dir / "no-libraries"
        none.mkdir()
        for name in ("libcurl-gnutls.so.4", "libcurl.so.4"):
            (none / name).touch()
        with unittest.mock.patch.dict(os.environ, LD_LIBRARY_PATH=str(none)):
            refused = self.wot.wotctl("export", "--facts", self.wot.dir / "facts-c", check=False)
            self.assertEqual((refused.returncode, "apt-get install libcurl3-gnutls" in refused.stderr), (1, True), refused.stderr)
            self.assertIn("intake", self.wot.wotctl("status").stdout)


if __name__ == "__main__":
    unittest.main()
