"""A template that is wrong, or could become unsafe, does not build: tools/pages says where and why."""
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Templates(unittest.TestCase):
    def pages(self, **files):
        """What tools/pages says of them, and what it makes."""
        with tempfile.TemporaryDirectory() as folder:
            here = pathlib.Path(folder, "pages")
            here.mkdir()
            for name, text in files.items():
                (here / name.replace("_DOT_", ".")).write_text(text)
            done = subprocess.run([ROOT / "tools/pages", here, f"{folder}/out"], capture_output=True, text=True)
            made = {path.suffix: path.read_text() for path in pathlib.Path(folder).glob("out.html.*")}
            return done.returncode, done.stderr, made

    def assert_refused(self, text, line, why, **more):
        code, said, made = self.pages(page_DOT_html=text, **more)
        self.assertEqual((code, made), (1, {}), text)
        self.assertRegex(said, rf"page\.html:{line}: .*{why}")

    def test_what_is_no_template_is_refused_with_its_line(self):
        self.assert_refused("<p>\n{Name}</p>", 2, "a brace that is no name")
        self.assert_refused("a } b", 1, "a brace")
        self.assert_refused("{#rows}\n<p>", 2, "rows.* does not end")
        self.assert_refused("\n{a}\n{/rows}", 3, "ends what did not begin")
        self.assert_refused("{#a}\n{?b}{/a}", 2, "b.* must end first")
        self.assert_refused("{a}\n{#a}{/a}", 2, "is something else above")
        self.assert_refused("{>nothing}", 1, "there is no nothing.html")
        self.assert_refused("{>page}", 1, "is a part of itself")

    def test_a_name_stands_where_it_can_do_no_harm(self):
        for text in ("<p {name}>", "<p class={name}>", "<p class='{name}'>", "<{name}>", '<p title="{!name}">'):
            self.assert_refused(text, 1, "a name in a tag")
        for text in ('<a href="{name}">', '<a href="/{name}">', '<form action="{name}">', '<img src="{name}">'):
            self.assert_refused(text, 1, "no address of ours")
        for text in ('<a href="{origin_case}">', '<a href="{origin_case}//{name}">', '<a href="{name}{origin_case}/a">'):
            self.assert_refused(text, 1, "no address of ours")
        for text in ('<a title="a" href="/cijfers/{name}">', '<a href="{origin_case}/zaken">', '<a href="#{name}">', '<p title="{a} {b}">', "<p{?a} hidden{/a}>"):
            self.assertEqual(self.pages(page_DOT_html=text)[:2], (0, ""), text)

    def test_nothing_is_inline_and_nothing_is_elsewhere(self):
        for text in ("<style>", '<p style="">', '<p onclick="x">', "<script>x</script>"):
            self.assert_refused(f"\n{text}", 2, "stand in wot.css|scripts are files")
        for there in ("https://example.org/a.css", "//example.org/a", "a.css", "javascript:x"):
            self.assert_refused(f'<link href="{there}">', 1, "no address of ours")

    def test_what_can_be_had_by_itself_is_a_part_of_the_page_and_alone_in_its_element(self):
        part = {"part_DOT_html": "{name}"}
        for text in ('<p data-deel="part"></p>', '<p data-deel="part">a {>part}</p>', '<p data-deel="part">{>part} b</p>',
                     '<p data-deel="other">{>part}</p>', '<p data-deel="{name}">{>part}</p>'):
            self.assert_refused(text, 1, "holds {>part} and nothing else", **part)
        self.assert_refused('{#rows}<p data-deel="part">{>part}</p>{/rows}', 1, "part is a part of a row", **part)
        code, said, made = self.pages(page_DOT_html='<p class="a" data-deel="part">{>part}</p>', **part)
        self.assertEqual((code, said), (0, ""))
        self.assertIn("html_page_delen[]", made[".h"])

    def test_what_a_template_names_has_the_hash_of_its_content_in_its_address(self):
        page = '<link href="wot.css">'
        first = self.pages(page_DOT_html=page, wot_DOT_css="a{}")[2][".c"]
        other = self.pages(page_DOT_html=page, wot_DOT_css="b{}")[2][".c"]
        self.assertRegex(first, r'<link href=\\"/static/wot\.[0-9a-f]{12}\.css\\">')
        self.assertNotEqual(first.partition("/static/")[2][:16], other.partition("/static/")[2][:16])

    def test_a_file_of_a_kind_that_is_not_known_is_refused(self):
        code, said, _ = self.pages(page_DOT_html="", picture_DOT_xyz="")
        self.assertEqual(code, 1)
        self.assertIn("no content type is known for .xyz", said)


if __name__ == "__main__":
    unittest.main()
