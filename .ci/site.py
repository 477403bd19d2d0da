"""What mkdocs.yml needs besides configuration, so that the pages stay plain Markdown of a forge.

docs/README.md is the one list of pages: the navigation and llms.txt are made from it. The pages of
the project's root are pages of the site too, and links to its other files lead to the repository.
"""

import os
import posixpath
import re
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).parent.parent
POM = (ROOT / "pom.xml").read_text()
VERSION = re.search("<revision>(.*)</revision>", POM)[1]
REPOSITORY = re.search("<repository.url>(.*)</repository.url>", POM)[1]
# The files of a release are those of its tag.
REVISION = os.environ.get("MILLRACE_SITE_REVISION", "main")
# Pages outside of docs, and their addresses in the site.
OUTSIDE = {
    "README.md": "start.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "threat-model.md",
}
INDEX = (ROOT / "docs/README.md").read_text()
HEADING = re.compile(r"^#+ (.*<.*)$", re.M)
LINK = re.compile(r"\]\(([^)\s#]+)(#[^)\s]+)?\)")


def address(path):
    """The page of the site that a file of the repository is, or None."""
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    return OUTSIDE.get(path)


def sections():
    """The sections of the index: heading and rows of description and page."""
    for section in INDEX.split("\n## ")[1:]:
        heading, rows = section.split("\n", 1)
        entries = re.findall(r"^\| ([^|]+) \| \[[^]]*\]\(([^)#]+)\S* \|$", rows, re.M)
        yield heading, [(text, address(posixpath.normpath("docs/" + link))) for text, link in entries]


def on_config(config):
    config.copyright = f'Millrace {VERSION}. <a href="{REPOSITORY}">Source</a>, Apache License 2.0.'
    config.nav = [{"Overview": "README.md"}] + [
        {heading: [page for _, page in rows if page.endswith(".md")]} for heading, rows in sections()
    ]
    return config


def on_files(files, config):
    for path, page in OUTSIDE.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown, page, config, files):
    source = next((o for o, p in OUTSIDE.items() if p == page.file.src_uri), "docs/" + page.file.src_uri)

    def rewrite(link):
        target, anchor = link[1], link[2] or ""
        if re.match("[a-z]+:", target):
            return link[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        known = address(path)
        if known is None:
            return f"]({REPOSITORY}/{'tree' if (ROOT / path).is_dir() else 'blob'}/{REVISION}/{path}{anchor})"
        return f"]({posixpath.relpath(known, posixpath.dirname(page.file.src_uri) or '.')}{anchor})"

    return indent(HEADING.sub(anchored, LINK.sub(rewrite, markdown)))


def anchored(heading):
    """A heading with the anchor of forges, which keeps what stands between < and >."""
    slug = re.sub(r"[^\w\- ]", "", heading[1].lower()).replace(" ", "-")
    return f"{heading[0]} {{ #{slug} }}"


def indent(markdown):
    """The text with the contents of lists indented by four columns, as Python-Markdown reads them."""
    lines, fenced, more = [], False, ""
    for line in markdown.split("\n"):
        if line.startswith("```"):
            fenced = not fenced
        elif not fenced:
            if re.match(r"- ", line):
                more = "  "
            elif re.match(r"\d+\. ", line):
                more = " "
            elif line.startswith("  "):
                line = more + line
            elif line:
                more = ""
            if line.startswith("|"):
                line = re.sub(r"`[^`]*`", lambda code: code[0].replace("\\|", "|"), line)
        lines.append(line)
    return "\n".join(lines)


def on_post_page(output, page, config):
    # Programs that read llms.txt read Markdown.
    target = Path(page.file.abs_dest_path).with_suffix(".md")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page.markdown)
    return output


def on_post_build(config):
    lines = [f"# {config.site_name}", "", f"> {config.site_description}. Version {VERSION}.", ""]
    for heading, rows in sections():
        lines += [f"## {heading}", ""]
        lines += [f"- [{page}]({page}): {text}" for text, page in rows] + [""]
    (Path(config.site_dir) / "llms.txt").write_text("\n".join(lines))
