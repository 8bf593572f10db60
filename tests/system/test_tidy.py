"""The house rules are only as good as what they find: for each, a small tree that breaks it in one place, and
nothing else is said of that tree. The clean tree shows that nothing is said without a reason.
"""
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# A house of three rooms, which follows every rule.
CLEAN = {
    "Makefile": (
        "objects := $(patsubst %.c,build/%.o,$(wildcard lib/*.c cli/*.c daemons/intake/*.c))\n"
        "all: $(objects)\n"
        "build/%.o: %.c $(wildcard */*.h daemons/*/*.h) Makefile\n\t@mkdir -p $(@D)\n\t@gcc -I. -c -o $@ $<\n"
        "examples tools docs:\n"
        ".PHONY: all examples tools docs\n"
    ),
    ".gitignore": "build/\n",
    "docs/ARCHITECTURE.md": (
        "| room | may include |\n|---|---|\n"
        "| `lib` | nothing |\n| `daemons/NAME` | `lib` |\n| `cli` | `lib` |\n"
    ),
    "lib/sum.h": "#ifndef WOT_SUM_H\n#define WOT_SUM_H\n\nint sum(int a, int b);\n\n#endif\n",
    "lib/sum.c": '#include "lib/sum.h"\n\nint sum(int a, int b)\n{\n\treturn a + b;\n}\n',
    "cli/main.c": '#include "lib/sum.h"\n\nint main(void)\n{\n\treturn sum(1, 2);\n}\n',
    "daemons/intake/core.c": (
        '#include "daemons/intake/core.h"\n\n#include "lib/sum.h"\n\n'
        "int core_decide(int state)\n{\n\treturn sum(state, 1);\n}\n"
    ),
    "daemons/intake/core.h": (
        "#ifndef WOT_INTAKE_CORE_H\n#define WOT_INTAKE_CORE_H\n\nint core_decide(int state);\n\n#endif\n"
    ),
    "daemons/intake/main.c": (
        '#include "daemons/intake/core.h"\n\nint main(void)\n{\n\treturn core_decide(0);\n}\n'
    ),
}


def header(guard, *lines):
    inside = ["", *lines, ""] if lines else [""]
    return "\n".join([f"#ifndef {guard}", f"#define {guard}", *inside, "#endif", ""])


class Tidy(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        """The clean tree, built: what a test puts in is built anew."""
        cls.clean = pathlib.Path(tempfile.mkdtemp(prefix="wot-tidy-"))
        cls.addClassCleanup(shutil.rmtree, cls.clean)
        shutil.copytree(ROOT / "tools", cls.clean / "tools", ignore=shutil.ignore_patterns("*.c"))
        shutil.copy(ROOT / ".clang-format", cls.clean)
        cls.put(cls.clean, CLEAN)
        subprocess.run(["git", "init", "-q", "--template=", cls.clean], check=True)
        subprocess.run(["make", "-s", "-C", cls.clean], check=True)

    @staticmethod
    def put(folder, files):
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="wot-tidy-"))
        self.addCleanup(shutil.rmtree, self.dir)

    def tidy(self, files=(), *arguments):
        """What tidy says of the clean tree with these files in it."""
        shutil.copytree(self.clean, self.dir, dirs_exist_ok=True)
        self.put(self.dir, dict(files))
        done = subprocess.run([self.dir / "tools/tidy", *arguments], capture_output=True, text=True)
        said = done.stdout.splitlines()
        self.assertEqual(done.returncode, 1 if said else 0, done.stderr)
        return said

    def breaks(self, files, *said):
        self.assertEqual(self.tidy(files), list(said))

    def test_nothing_is_said_of_a_tree_that_follows_the_rules(self):
        self.breaks({})

    def test_a_room_includes_only_what_its_row_names(self):
        self.breaks(
            {"lib/sum.c": CLEAN["lib/sum.c"].replace("\n\n", '\n\n#include "cli/cli.h"\n\n', 1), "cli/cli.h": header("WOT_CLI_H")},
            "lib/sum.c:3: lib may not include cli/cli.h",
        )

    def test_a_room_may_be_shown_one_header_of_another_and_no_more(self):
        rooms = CLEAN["docs/ARCHITECTURE.md"].replace("| `cli` | `lib` |", "| `cli` | `lib/sum.h` |")
        self.breaks(
            {
                "docs/ARCHITECTURE.md": rooms,
                "lib/other.h": header("WOT_OTHER_H"),
                "cli/main.c": '#include "lib/other.h"\n' + CLEAN["cli/main.c"],
            },
            "cli/main.c:1: cli may not include lib/other.h",
        )

    def test_an_include_is_written_from_the_root(self):
        self.breaks(
            {"cli/main.c": CLEAN["cli/main.c"].replace("lib/sum.h", "../lib/sum.h")},
            'cli/main.c:1: "../lib/sum.h" is not written from the root, or is not there',
        )

    def test_a_daemon_includes_no_other_one(self):
        self.breaks(
            {
                "daemons/case/case.h": header("WOT_CASE_H"),
                "daemons/intake/main.c": '#include "daemons/case/case.h"\n' + CLEAN["daemons/intake/main.c"],
            },
            "daemons/intake/main.c:1: daemons/intake may not include daemons/case/case.h",
        )

    def test_what_files_share_among_themselves_is_for_their_folder(self):
        self.breaks(
            {
                "lib/sum_own.h": header("WOT_SUM_OWN_H"),
                "lib/sum.c": CLEAN["lib/sum.c"].replace("\n\n", '\n#include "lib/sum_own.h"\n\n', 1),
                "cli/main.c": CLEAN["cli/main.c"].replace("\n\n", '\n#include "lib/sum_own.h"\n\n', 1),
                "tests/unit/test_sum.c": '#include "lib/sum_own.h"\n',
            },
            "cli/main.c:2: lib/sum_own.h is for its own folder alone",
        )

    def test_nobody_knows_what_a_backend_stands_on(self):
        text = CLEAN["lib/sum.c"].replace("\n\n", "\n\n#include <lmdb.h>\n\n", 1)
        self.breaks({"lib/sum.c": text}, "lib/sum.c:3: only store/lmdb may include <lmdb.h>")

    def test_a_core_has_no_clock_and_no_files_and_neither_has_what_it_uses(self):
        self.breaks(
            {
                "daemons/intake/core.h": header("WOT_INTAKE_CORE_H", '#include "daemons/intake/used.h"', "", "int core_decide(int state);"),
                "daemons/intake/used.h": header("WOT_USED_H", "#include <time.h>"),
            },
            "daemons/intake/used.h:4: a core may not include <time.h>",
        )

    def test_a_core_calls_no_clock(self):
        text = CLEAN["daemons/intake/core.c"].replace("sum(state, 1)", "sum(state, (int)time(0))")
        self.breaks({"daemons/intake/core.c": text}, "daemons/intake/core.c:7: a core may not call time()")

    def test_a_file_is_not_too_long(self):
        self.breaks({"cli/long.py": "pass\n" * 701}, "cli/long.py:701: more than 700 lines; split it")

    def test_a_function_fits_a_screen(self):
        body = "\tsum(1, 2);\n" * 50
        text = CLEAN["cli/main.c"].replace("\treturn", body + "\treturn")
        self.breaks({"cli/main.c": text}, "cli/main.c:4: a body of 51 lines; 50 at most")

    def test_what_ends_with_its_scope_says_so_first(self):
        text = CLEAN["cli/main.c"].replace("\treturn", "\tauto_free char *a = 0;\n\tchar *auto_free b = 0;\n\treturn")
        text = text.replace("\n\n", "\n\n#define auto_free\n\n", 1)
        self.breaks({"cli/main.c": text}, "cli/main.c:8: auto_free is the first word of a declaration")

    def test_a_room_is_not_too_full(self):
        files = {f"cli/row_{i}.def": "row\n" * 700 for i in range(5)}
        [said] = self.tidy(files)
        self.assertRegex(said, r"^cli:1: 35\d\d lines; 2700 at most")

    def test_files_stand_in_no_circle(self):
        self.breaks(
            {
                "lib/a.h": header("WOT_A_H", "int a(void);"),
                "lib/a.c": '#include "lib/a.h"\n\n#include "lib/b.h"\n\nint a(void)\n{\n\treturn b();\n}\n',
                "lib/b.h": header("WOT_B_H", "int b(void);"),
                "lib/b.c": '#include "lib/b.h"\n\n#include "lib/a.h"\n\nint b(void)\n{\n\treturn a();\n}\n',
            },
            "lib/a.c:1: in a circle with lib/b.c, of which it uses b",
            "lib/b.c:1: in a circle with lib/a.c, of which it uses a",
        )

    def test_a_function_is_there_for_more_than_tests(self):
        text = CLEAN["lib/sum.c"] + "\nint difference(int a, int b)\n{\n\treturn a - b;\n}\n"
        self.breaks({"lib/sum.c": text}, "lib/sum.c:8: nothing but tests uses difference")

    def test_a_function_that_its_own_table_names_by_pasting_is_used(self):
        text = CLEAN["lib/sum.c"] + (
            "\nint get_pasted(void)\n{\n\treturn 1;\n}\n\n#define GET(name) get_##name\n"
            "int (*const gets[])(void) = {GET(pasted)};\n"
        )
        main = CLEAN["cli/main.c"].replace("\n\n", "\n\nextern int (*const gets[])(void);\n\n", 1)
        self.breaks({"lib/sum.c": text, "cli/main.c": main.replace("sum(1, 2)", "sum(1, gets[0]())")})

    def test_a_function_that_was_put_in_line_is_used(self):
        files = {
            "Makefile": CLEAN["Makefile"].replace("gcc -I.", "gcc -O2 -g -I."),
            "lib/sum.c": '#include "lib/sum.h"\n\nint twice(int a)\n{\n\treturn 2 * a;\n}\n\n'
            "int sum(int a, int b)\n{\n\treturn twice(a) / 2 + b;\n}\n",
        }
        self.breaks(files)

    def test_a_comment_is_no_use(self):
        text = CLEAN["lib/sum.c"] + "\n/* difference(a, b) is -sum(-a, b) */\nint difference(int a, int b)\n{\n\treturn a - b;\n}\n"
        self.breaks({"lib/sum.c": text + '\n#define SAID "difference"\n'}, "lib/sum.c:9: nothing but tests uses difference")

    def marked(self, *names):
        return {
            "lib/clean.h": header("WOT_CLEAN_H", "#define FOR_TESTS(why)"),
            "lib/seen.h": header("WOT_SEEN_H", '#include "lib/clean.h"', "", *[f'FOR_TESTS("to see inside")\nint {name}(void);' for name in names]),
            "lib/seen.c": "".join(f"int {name}(void)\n{{\n\treturn 1;\n}}\n" for name in names),
        }

    def test_a_test_may_see_inside_where_that_is_said(self):
        self.breaks(self.marked("inside"))

    def test_what_more_than_tests_use_is_not_said_to_be_for_them(self):
        files = self.marked("inside")
        files["cli/main.c"] = CLEAN["cli/main.c"].replace("sum(1, 2)", "sum(1, inside())")
        files["cli/main.c"] = '#include "lib/seen.h"\n' + files["cli/main.c"]
        self.breaks(files, "lib/seen.h:6: inside is for more than tests; take FOR_TESTS away")

    def test_not_many_are_there_for_tests_alone(self):
        names = [f"inside_{i:02}" for i in range(11)]
        self.breaks(self.marked(*names), "lib/seen.h:8: 11 functions are there for tests alone; 10 at most")

    def test_a_header_is_guarded(self):
        self.breaks({"lib/bare.h": "int bare;\n"}, "lib/bare.h:1: a header begins with #ifndef WOT_…_H")

    def test_a_guard_is_defined_at_once(self):
        self.breaks({"lib/odd.h": "#ifndef WOT_ODD_H\n#define WOT_OD_H\n#endif\n"}, "lib/odd.h:1: #define WOT_ODD_H must follow")

    def test_a_guard_is_of_one_header(self):
        self.breaks({"lib/zum.h": header("WOT_SUM_H")}, "lib/zum.h:1: WOT_SUM_H is the guard of lib/sum.h too")

    def test_a_header_ends_with_its_guard(self):
        self.breaks({"lib/open.h": header("WOT_OPEN_H") + "int after;\n"}, "lib/open.h:5: a header ends with #endif")

    def test_no_line_ends_with_blanks(self):
        self.breaks({"cli/notes.md": "A line. \n"}, "cli/notes.md:1: blanks at the end of the line")

    def test_a_file_ends_with_its_line(self):
        self.breaks({"cli/notes.md": "A line."}, "cli/notes.md:1: no newline at the end of the file")

    def test_nothing_is_left_to_do(self):
        word = "TO" + "DO"
        self.breaks({"cli/notes.md": f"{word}: write.\n"}, f"cli/notes.md:1: {word} is left here")

    def test_nobody_punctuates_json_by_hand(self):
        self.breaks(
            {
                "cli/main.c": (
                    '/* \\"a\\": */\n'
                    'int put(const char *text);\nint buf_char(char c);\n\n'
                    "int main(void)\n{\n"
                    '\tput("why=\\"so\\"");\n'
                    '\tput("\\"to\\" is \\"\\" or {door}");\n'
                    '\tput("{\\"a");\n'
                    '\tput(",\\"");\n'
                    '\tput("a\\":1");\n'
                    "\tbuf_char('[');\n"
                    '\tput("[");\n'
                    "\treturn 0;\n}\n"
                ),
                "docs/said.c": 'const char said[] = "{\\"a\\":1}";\n',
            },
            *[f"cli/main.c:{line}: JSON is written with lib/json_out.h" for line in (9, 10, 11, 12)],
        )

    def test_the_layout_is_clang_format_s(self):
        self.breaks(
            {"cli/main.c": CLEAN["cli/main.c"].replace("sum(1, 2)", "sum(1,2)")},
            "cli/main.c:5: not as clang-format writes it; make format",
        )

    def test_documents_that_are_made_are_those_that_would_be_made(self):
        self.breaks(
            {
                "Makefile": CLEAN["Makefile"].replace("tools docs:\n", "tools:\n", 1) + "docs:\n\t@echo new >$(DOCS)/made.md\n",
                "docs/made.md": "old\n",
            },
            "docs/made.md:1: out of date; make docs",
        )

    def test_advice_names_a_verb_that_there_is(self):
        verbs = "/*\n\t{\"tail\", verb_tail},\n*/\n"
        self.breaks(
            {
                "cli/main.c": CLEAN["cli/main.c"].replace("\n\n", "\n\n" + verbs, 1),
                "cli/notes.md": "Read on with `wotctl tail`,\nor go back with `build/wotctl --dir D restore`.\n`wotctl tail --help`\n",
            },
            "cli/notes.md:2: wotctl has no verb restore",
            "cli/notes.md:3: wotctl tail has no --help",
        )

    def test_a_document_names_what_is_there(self):
        self.breaks(
            {"docs/walk.md": "`lib/sum.c: sum`, `lib/sum.c: product`,\n`lib/gone.h`, `core_decide`, `core_undecide`,\n`daemons/NAME/gone.c`, `gone_NAME.c`\n"},
            "docs/walk.md:1: lib/sum.c has no product",
            "docs/walk.md:2: there is no lib/gone.h",
            "docs/walk.md:2: nothing is called core_undecide",
        )

    def test_files_that_are_named_are_looked_at_alone_and_nothing_is_built(self):
        broken = {"Makefile": "all:\n\tfalse\n", "cli/notes.md": "A line. \n", "lib/other.md": "Another. \n"}
        self.assertEqual(self.tidy(broken, "cli/notes.md"), ["cli/notes.md:1: blanks at the end of the line"])

    def test_a_tree_that_does_not_build_is_not_tidy(self):
        self.tidy({})
        (self.dir / "lib/sum.c").write_text("int sum(\n")
        done = subprocess.run([self.dir / "tools/tidy"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("the tree does not build", done.stderr)


if __name__ == "__main__":
    unittest.main()
