import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Nodes } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { visit } from "unist-util-visit";
import { ROOT } from "../../tasks/src/paths.ts";

const PAGES = ["*.md", "docs/*.md", "packages/*/*.md", "packages/*/docs/*.md", "tooling/README.md"];
const GENERATED = /(?:^|\/)CHANGELOG\.md$/;

export interface Block {
  /** Where it stands, `README.md:12`. */
  place: string;
  language: string;
  /** Why no test runs it: the words after `not-run:` in its first line. */
  notRun: string | undefined;
  /** What the reader has at hand by then, after `with:` in its first line: see preludes.ts. */
  given: string | undefined;
  text: string;
}

export interface Document {
  path: string;
  blocks: Block[];
  /** The texts of inline code. */
  inline: string[];
  /** The targets of links and pictures, without those to the web. */
  links: string[];
  /** `## Install`: "Install", in their order. */
  sections: string[];
  lines: number;
}

/** Every page that a reader of the repository or of a package sees. */
export function readDocuments(): Document[] {
  return globSync(PAGES, { cwd: ROOT })
    .filter((path) => !GENERATED.test(path))
    .toSorted()
    .map((path) => parseDocument(path, readFileSync(join(ROOT, path), "utf8")));
}

export function parseDocument(path: string, text: string): Document {
  const document: Document = {
    path,
    blocks: [],
    inline: [],
    links: [],
    sections: [],
    lines: text.trimEnd().split("\n").length,
  };
  visit(fromMarkdown(text), (node: Nodes) => {
    if (node.type === "code") document.blocks.push(toBlock(path, node));
    else if (node.type === "inlineCode") document.inline.push(node.value);
    else if ((node.type === "link" || node.type === "image") && !/^(?:https?:|#)/.test(node.url)) {
      document.links.push(node.url);
    } else if (node.type === "heading" && node.depth === 2) document.sections.push(textOf(node));
  });
  return document;
}

/** The links of a document that lead nowhere. */
export function brokenLinks({ path, links }: Document): string[] {
  return links.filter((link) => !existsSync(join(ROOT, path, "..", link.replace(/#.*$/, ""))));
}

function toBlock(path: string, node: Extract<Nodes, { type: "code" }>): Block {
  const [, key, value] = /^(not-run|with):\s*(.*)$/.exec(node.meta ?? "") ?? [];
  return {
    place: `${path}:${node.position?.start.line ?? 0}`,
    language: node.lang ?? "",
    notRun: key === "not-run" ? value : undefined,
    given: key === "with" ? value : undefined,
    text: node.value,
  };
}

function textOf(node: Nodes): string {
  const parts: string[] = [];
  visit(node, (inner: Nodes) => {
    if ("value" in inner) parts.push(inner.value);
  });
  return parts.join("");
}
