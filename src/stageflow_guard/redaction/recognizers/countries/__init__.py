"""One file per country or language: its words, numbers, documents and their checks. Data."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries import (
    ar,
    at,
    au,
    be,
    bg,
    br,
    ca,
    ch,
    cl,
    cn,
    cz,
    de,
    dk,
    es,
    eu,
    fi,
    fr,
    gb,
    gr,
    ie,
    il,
    ind,
    it,
    jp,
    kr,
    mx,
    nl,
    no,
    pl,
    pt,
    ro,
    ru,
    sa,
    se,
    sg,
    th,
    tr,
    us,
    za,
)
from stageflow_guard.redaction.recognizers.countries.pack import Country

COUNTRIES: tuple[Country, ...] = tuple(
    module.COUNTRY
    for module in (
        us, gb, de, fr, es, it, nl, pt, br, pl, se, tr, ind, cn, jp, kr, sa, at, be, ch, no, dk, fi,
        cz, ro, bg, gr, ie, il, za, th, sg, mx, ar, cl, ca, au, ru, eu,
    )
)  # fmt: skip
