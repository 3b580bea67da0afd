#!/usr/bin/env python3
"""Renders the templates of jinja2-cases.json with Jinja2, set up as Transformers sets it up for chat
templates, and writes what it prints back into the file.

To add a case, add an object with "template", run this, and look at the difference:

    python3 src/test/python/jinja2_cases.py src/test/resources/jinja2-cases.json
"""

import copy
import json
import sys
from datetime import datetime

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment


class Generation(Extension):
    """The tag that marks what an assistant wrote; its body is printed."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("_print"), [], [], body).set_lineno(line)

    @jinja2.pass_eval_context
    def _print(self, context, caller):
        return caller()


def environment():
    def raise_exception(message):
        raise jinja2.TemplateError(message)

    def strftime_now(form):
        return datetime(2024, 7, 26, 13, 5, 9).strftime(form)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(
            x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
        )

    result = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols]
    )
    result.filters["tojson"] = tojson
    result.globals["raise_exception"] = raise_exception
    result.globals["strftime_now"] = strftime_now
    return result


def render(template, context):
    try:
        variables = {"tools": None, "documents": None, **copy.deepcopy(context)}
        return environment().from_string(template).render(**variables)
    except Exception as e:
        return f"EXC {type(e).__name__}: {e}"


def main(path):
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    for case in data["cases"]:
        case["expected"] = render(case["template"], data["context"])
    with open(path, "w", encoding="utf-8") as file:
        json.dump(data, file, ensure_ascii=False, indent=1)
        file.write("\n")


main(sys.argv[1])
