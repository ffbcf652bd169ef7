"""ZIP codes and their states: the first three digits of a code say where it is. Data, and whether they agree."""

from __future__ import annotations

# the ranges of each state, by its two letters
_RANGES = {
    "AK": "995-999", "AL": "350-369", "AR": "716-729", "AZ": "850-865", "CA": "900-961", "CO": "800-816",
    "CT": "060-069", "DC": "200-205", "DE": "197-199", "FL": "320-349", "GA": "300-319 398-399",
    "HI": "967-968", "IA": "500-528", "ID": "832-838", "IL": "600-629", "IN": "460-479", "KS": "660-679",
    "KY": "400-427", "LA": "700-714", "MA": "010-027 055-055", "MD": "206-219", "ME": "039-049",
    "MI": "480-499", "MN": "550-567", "MO": "630-658", "MS": "386-397", "MT": "590-599", "NC": "270-289",
    "ND": "580-588", "NE": "680-693", "NH": "030-038", "NJ": "070-089", "NM": "870-884", "NV": "889-898",
    "NY": "005-005 063-063 100-149", "OH": "430-459", "OK": "730-749", "OR": "970-979", "PA": "150-196",
    "RI": "028-029", "SC": "290-299", "SD": "570-577", "TN": "370-385", "TX": "750-799 885-885",
    "UT": "840-847", "VA": "201-201 220-246", "VT": "050-059", "WA": "980-994", "WI": "530-549",
    "WV": "247-268", "WY": "820-831",
}  # fmt: skip
# the last word of a state's name; two states may share it
STATES = {
    "Alabama": "AL", "Alaska": "AK", "Arizona": "AZ", "Arkansas": "AR", "California": "CA", "Carolina": "NC SC",
    "Colorado": "CO", "Connecticut": "CT", "Dakota": "ND SD", "Delaware": "DE", "Florida": "FL", "Georgia": "GA",
    "Hampshire": "NH", "Hawaii": "HI", "Idaho": "ID", "Illinois": "IL", "Indiana": "IN", "Iowa": "IA", "Island": "RI",
    "Jersey": "NJ", "Kansas": "KS", "Kentucky": "KY", "Louisiana": "LA", "Maine": "ME", "Maryland": "MD",
    "Massachusetts": "MA", "Mexico": "NM", "Michigan": "MI", "Minnesota": "MN", "Mississippi": "MS", "Missouri": "MO",
    "Montana": "MT", "Nebraska": "NE", "Nevada": "NV", "Ohio": "OH", "Oklahoma": "OK", "Oregon": "OR",
    "Pennsylvania": "PA", "Tennessee": "TN", "Texas": "TX", "Utah": "UT", "Vermont": "VT", "Virginia": "VA WV",
    "Washington": "WA", "Wisconsin": "WI", "Wyoming": "WY", "York": "NY",
}  # fmt: skip


def is_of_state(code: str, state: str) -> bool:
    """Say whether a ZIP code (five digits or more) is one of `state`: two letters, or the last word of its name."""
    area = code[:3]
    ranges = " ".join(_RANGES.get(short, "") for short in STATES.get(state, state).split())
    return any(low <= area <= high for low, _, high in (r.partition("-") for r in ranges.split()))
