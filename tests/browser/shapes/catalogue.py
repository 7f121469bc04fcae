"""All shapes, by name."""

from __future__ import annotations

from tests.browser.shapes import (
    cookies,
    forms,
    languages,
    misshapen,
    odd_pages,
    persons,
    policies,
    products,
    scripts,
    surroundings,
    transport,
)  # fmt: skip
from tests.browser.shapes.shape import Shape

SHAPES: tuple[Shape, ...] = (
    *languages.SHAPES, *forms.SHAPES, *surroundings.SHAPES, *cookies.SHAPES, *policies.SHAPES,
    *scripts.SHAPES, *persons.SHAPES, *transport.SHAPES, *products.SHAPES, *odd_pages.SHAPES, *misshapen.SHAPES,
)  # fmt: skip
BY_NAME = {shape.name: shape for shape in SHAPES}
if len(BY_NAME) != len(SHAPES):
    names = [shape.name for shape in SHAPES]
    raise ValueError(f"two shapes share a name: {sorted(n for n in names if names.count(n) > 1)}")
