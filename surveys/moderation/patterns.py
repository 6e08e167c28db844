"""What personal data looks like when it is written in Britain, as patterns; each is linear in the text."""

from __future__ import annotations

import re


def _words(*lines: str) -> str:
    """Words as alternatives of a pattern, the longest first."""
    return "|".join(sorted({word for line in lines for word in line.split()}, key=len, reverse=True))


AREAS = frozenset(
    _words(
        "AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY",
        "E EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN",
        "LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP",
        "SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE",
    ).split("|")
)
"""Every postcode area: the letters a postcode begins with."""
STREETS = _words(
    "street st road rd lane ln close avenue ave drive way crescent court garden gardens grove place",
    "terrace row hill green park square walk mews rise view meadow meadows field fields gate chase drove fen",
    "causeway",
)
TITLES = _words(
    "Mr Mrs Ms Miss Mx Dr Doctor Prof Professor Cllr Councillor PC PCSO DC DS Sgt Sergeant Inspector",
    "Constable Rev Reverend Father Sir Dame Lord Lady Pan Pani",
)
RELATIONS = _words(
    "neighbour neighbor son daughter brother sister husband wife partner boyfriend girlfriend landlord",
    "friend lad teacher ex",
)
NOT_IN_ADDRESS = _words(
    "mph the busy quiet narrow new other per of in on to at metre metres yard yards minute minutes way and",
    "from is are was bus car cars main year years day days week weeks month months time times people houses",
    "up or for by near side different big small pm am hour hours st nd rd th",
)
NOT_IN_PLATE = _words(
    "THE AND FOR ARE CAR VAN BUS NOT BUT ALL WAS HAS CAN OUT NEW END WAY ONE TWO HGV NHS PCN AGE FLAT JCT",
    "SAT SUN MON TUE WED THU FRI MAX MIN MPH NEAR AREA RD ROAD",
)
CAPITAL = r"[A-ZÀ-ÖØ-ÞĄĆĘŁŃÓŚŹŻ][\w'’-]{1,30}"

EMAIL = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
LINK = re.compile(r"\b(?:https?://|www\.)\S{1,300}", re.I)
DIGITS = re.compile(r"(?<![\w.])\+?\(?\d(?:[ ().-]{0,2}\d){7,18}(?![\w])")
SORT_CODE = re.compile(r"(?<![\d-])\d{2}[- ]\d{2}[- ]\d{2}(?![\d-])")
SORT = re.compile(r"\bsort\b", re.I)
ACCOUNT = re.compile(r"(?<!\d)\d{8}(?!\d)")
ACCOUNT_WORD = re.compile(r"\b(?:account|acct?|a/c|sort)\b", re.I)
IBAN = re.compile(r"\bGB\d{2} ?[A-Z]{4} ?\d{4} ?\d{4} ?\d{4} ?\d{2}\b", re.I)
NINO = re.compile(
    r"\b(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?(?:\d ?){5}\d ?[A-D]\b", re.I
)
POSTCODE = re.compile(r"\b([A-Z]{1,2})\d[A-Z\d]? {0,2}\d[ABD-HJLNP-UW-Z]{2}\b", re.I)
ORDINAL = re.compile(r" (?:1st|2nd|3rd|[04-9]th)\Z", re.I)
PLATE_NOW = re.compile(r"\b[A-HJ-PR-Y]{2}(?:0[1-9]|[12]\d|5[1-9]|[67]\d) ?[A-HJ-PR-Z]{3}\b", re.I)
PLATE_BEFORE = re.compile(
    r"\b(?:[A-HJ-NPR-TV-Y]\d{1,3} ?[A-HJ-PR-Z]{3}|[A-HJ-PR-Z]{3} ?\d{1,3}[A-HJ-NPR-TV-Y])\b"
)
NO_PLATE = re.compile(rf"\b(?:{NOT_IN_PLATE})\b", re.I)
DATE = (
    r"(?:\d{1,2}[/. -]\d{1,2}[/. -](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2}"
    r"|\d{1,2}(?:st|nd|rd|th)?(?: of)? [A-Za-z]{3,9},? \d{4})"
)
BIRTH = re.compile(
    r"\b(?:born(?: on| in)?|d\.?o\.?b\.?|date of birth|birthday|urodzon\w+)\W{0,6}(?:is |was )?"
    rf"({DATE}|(?:19|20)\d\d\b)",
    re.I,
)
ADDRESS = re.compile(
    r"\b(?:(?:flat|apartment|unit|house|no\.?|number) ?\d{1,4}[a-z]?,? ?|no\.? ?|number )?\d{1,4}[a-z]?,? "
    rf"(?:(?!(?:{NOT_IN_ADDRESS})\b)[\w'’-]{{2,20}} ){{1,3}}(?:{STREETS})\b",
    re.I,
)
STREET = re.compile(
    rf"\b(?:{CAPITAL} ){{1,3}}(?:{'|'.join(street.capitalize() for street in STREETS.split('|'))})\b"
    r"|\b(?:house|flat|shop|pub|garage)s? (?:on|in|above|at|next to|opposite|behind) (?:the )?"
    rf"{CAPITAL}(?: {CAPITAL}){{0,3}}"
)
OFFENCE = re.compile(
    r"\b(?:drugs?|deal(?:s|er|ers|ing)|burgl\w*|thie(?:f|ves)|steal\w*|stole\w*|rob(?:s|bed|bing|bers?)"
    r"|rap(?:e|ed|ist)|assault\w*|stab\w*|knife|knives|guns?|attack\w*|abus\w*|beats?|hits|violen\w*|brothel"
    r"|cannabis|weed|cocaine|heroin|arson\w*|vandal\w*|paedo\w*|groom\w*|fraud\w*|scam\w*|threaten\w*"
    r"|criminals?|narkotyk\w*|kradn\w*|kradzie\w*|bije)\b",
    re.I,
)
SENTENCE = re.compile(r"[^.!?\n]+")
TITLED = re.compile(
    rf"\b(?:{TITLES})\.? (?!World\b|Plod\b|Who\b|Everyone\b)(?:[A-Z]\.? ){{0,2}}{CAPITAL}(?: {CAPITAL})?"
    r"|\b(?:mr|mrs)\.? (?!and\b|or\b)[a-z][\w'’-]{2,30}"
)
NAMED = re.compile(
    r"\b(?:called|named|name is|names are|name's|known as|nickname|nazywa się|imieniem) [\"“']?"
    rf"({CAPITAL}(?: {CAPITAL}){{0,2}})"
    rf"|\b(?:{RELATIONS}),? ({CAPITAL}(?: {CAPITAL}){{0,2}})"
)
FULL_NAME = re.compile(rf"\b({CAPITAL}) ({CAPITAL})\b")
NO_SURNAME = re.compile(
    rf"(?:{STREETS}|and|day|school|house|hall|church|bridge|station|centre|wood|common|lodge|hospital)\Z",
    re.I,
)
NO_NAME = frozenset(
    _words(
        "The This That There They When What Where Who Why How And But For Not Yes Please Police Council Ely",
        "Soham Littleport Cambridge Cambridgeshire Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "January February March April May June July August September October November December Street Road",
        "Christmas Easter English Polish British",
    ).split("|")
)
