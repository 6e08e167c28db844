"""Files in the shapes in which Nomis gives them. Most of the figures are invented."""

from __future__ import annotations

SEX = """"TS008 - Sex"
"ONS Crown Copyright Reserved [from Nomis on 12 November 2026]"

"Population :","All usual residents"
"Units      :","Persons"
"Date       :","2021"

"local authority: district / unitary","mnemonic","Total: All usual residents","%","Female","%","Male","%"
"East Cambridgeshire","E07000009","87,762","100.0","44,671","50.9","43,091","49.1"
"Fenland","E07000010","102,462","100.0","52,044","50.8","50,418","49.2"

"In order to protect against disclosure of personal information, records have been swapped between areas."
"""
ETHNIC = """"TS021 - Ethnic group"
"ONS Crown Copyright Reserved [from Nomis on 12 November 2026]"

"Population :","All usual residents"
"Units      :","Persons"
"Date       :","2021"
"area type  :","local authorities: district / unitary (as of April 2021)"
"area name  :","E07000009 : East Cambridgeshire"

"Ethnic group","2021","%"
"Total: All usual residents","87762","100.0"
"Asian, Asian British or Asian Welsh","1667","1.9"
"Asian, Asian British or Asian Welsh: Indian","500","0.6"
"Asian, Asian British or Asian Welsh: Chinese","1167","1.3"
"Black, Black British, Black Welsh, Caribbean or African","702","0.8"
"Mixed or Multiple ethnic groups","1843","2.1"
"White","82935","94.5"
"White: English, Welsh, Scottish, Northern Irish or British","76000","86.6"
"White: Other White","6935","7.9"
"Other ethnic group","615","0.7"

"""
_SINGLE = {
    age: 1150 + age % 7 if age < 65 else 950 if age < 75 else 550 if age < 85 else 200 for age in range(100)
}


def ages() -> str:
    """TS007 in bulk form: five-year bands and single years side by side."""
    bands = {
        f"Aged {low} to {low + 4} years": sum(_SINGLE[a] for a in range(low, low + 5))
        for low in range(5, 100, 5)
    }
    single = {f"Aged {age} year{'s' if age > 1 else ''}": _SINGLE[age] for age in range(1, 100)}
    named = {
        "Total": sum(_SINGLE.values()) + 41,
        "Aged 4 years and under": sum(_SINGLE[a] for a in range(5)),
        "Aged under 1 year": _SINGLE[0],
        **single,
        **bands,
        "Aged 100 years and over": 41,
    }
    heads = ",".join(f'"Age: {name}; measures: Value"' for name in named)
    values = ",".join(str(value) for value in named.values())
    return f"date,geography,geography code,{heads}\n2021,East Cambridgeshire,E07000009,{values}\n"


def between(low: int, high: int) -> int:
    """How many people of these ages the file of :func:`ages` has."""
    return sum(_SINGLE[age] for age in range(low, min(high, 99) + 1)) + (41 if high >= 100 else 0)


WARDS = """"TS001 - Number of usual residents in households and communal establishments"
"ONS Crown Copyright Reserved [from Nomis on 12 November 2026]"

"Population :","All usual residents"
"Units      :","Persons"
"Date       :","2021"

"2022 wards","mnemonic","Total: All usual residents","Lives in a household","Lives in an establishment"
"Burwell","E05011561","6,500","6,450","50"
"Bottisham","E05011560","4,200","4,190","10"
"Ely East","E05011563","9,100","9,000","100"
"""
