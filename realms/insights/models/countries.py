"""Countries: the codes of ISO 3166-1 and the names that tables call them, in lower case without accents (from the public iso3166.tab)."""

import unicodedata
from typing import Final

_COUNTRIES: Final = """
AD andorra | AE united arab emirates | AF afghanistan | AG antigua and barbuda | AI anguilla | AL albania | AM armenia | AO angola | AQ
antarctica | AR argentina | AS samoa (american) | AT austria | AU australia | AW aruba | AX aland islands | AZ azerbaijan | BA bosnia and
herzegovina | BB barbados | BD bangladesh | BE belgium | BF burkina faso | BG bulgaria | BH bahrain | BI burundi | BJ benin | BL st
barthelemy | BM bermuda | BN brunei | BO bolivia | BQ caribbean nl | BR brazil | BS bahamas | BT bhutan | BV bouvet island | BW botswana |
BY belarus | BZ belize | CA canada | CC cocos (keeling) islands | CD congo (dem. rep.) | CF central african rep. | CG congo (rep.) | CH
switzerland | CI cote d'ivoire | CK cook islands | CL chile | CM cameroon | CN china | CO colombia | CR costa rica | CU cuba | CV cape
verde | CW curacao | CX christmas island | CY cyprus | CZ czech republic | DE germany | DJ djibouti | DK denmark | DM dominica | DO
dominican republic | DZ algeria | EC ecuador | EE estonia | EG egypt | EH western sahara | ER eritrea | ES spain | ET ethiopia | FI
finland | FJ fiji | FK falkland islands | FM micronesia | FO faroe islands | FR france | GA gabon | GB britain (uk) | GD grenada | GE
georgia | GF french guiana | GG guernsey | GH ghana | GI gibraltar | GL greenland | GM gambia | GN guinea | GP guadeloupe | GQ equatorial
guinea | GR greece | GS south georgia and the south sandwich islands | GT guatemala | GU guam | GW guinea-bissau | GY guyana | HK hong
kong | HM heard island and mcdonald islands | HN honduras | HR croatia | HT haiti | HU hungary | ID indonesia | IE ireland | IL israel |
IM isle of man | IN india | IO british indian ocean territory | IQ iraq | IR iran | IS iceland | IT italy | JE jersey | JM jamaica | JO
jordan | JP japan | KE kenya | KG kyrgyzstan | KH cambodia | KI kiribati | KM comoros | KN st kitts and nevis | KP korea (north) | KR
korea (south) | KW kuwait | KY cayman islands | KZ kazakhstan | LA laos | LB lebanon | LC st lucia | LI liechtenstein | LK sri lanka | LR
liberia | LS lesotho | LT lithuania | LU luxembourg | LV latvia | LY libya | MA morocco | MC monaco | MD moldova | ME montenegro | MF st
martin (french) | MG madagascar | MH marshall islands | MK north macedonia | ML mali | MM myanmar (burma) | MN mongolia | MO macau | MP
northern mariana islands | MQ martinique | MR mauritania | MS montserrat | MT malta | MU mauritius | MV maldives | MW malawi | MX mexico |
MY malaysia | MZ mozambique | NA namibia | NC new caledonia | NE niger | NF norfolk island | NG nigeria | NI nicaragua | NL netherlands |
NO norway | NP nepal | NR nauru | NU niue | NZ new zealand | OM oman | PA panama | PE peru | PF french polynesia | PG papua new guinea |
PH philippines | PK pakistan | PL poland | PM st pierre and miquelon | PN pitcairn | PR puerto rico | PS palestine | PT portugal | PW
palau | PY paraguay | QA qatar | RE reunion | RO romania | RS serbia | RU russia | RW rwanda | SA saudi arabia | SB solomon islands | SC
seychelles | SD sudan | SE sweden | SG singapore | SH st helena | SI slovenia | SJ svalbard and jan mayen | SK slovakia | SL sierra leone
| SM san marino | SN senegal | SO somalia | SR suriname | SS south sudan | ST sao tome and principe | SV el salvador | SX st maarten
(dutch) | SY syria | SZ eswatini (swaziland) | TC turks and caicos is | TD chad | TF french s. terr. | TG togo | TH thailand | TJ
tajikistan | TK tokelau | TL east timor | TM turkmenistan | TN tunisia | TO tonga | TR turkey | TT trinidad and tobago | TV tuvalu | TW
taiwan | TZ tanzania | UA ukraine | UG uganda | UM us minor outlying islands | US united states | UY uruguay | UZ uzbekistan | VA vatican
city | VC st vincent | VE venezuela | VG virgin islands (uk) | VI virgin islands (us) | VN vietnam | VU vanuatu | WF wallis and futuna |
WS samoa (western) | YE yemen | YT mayotte | ZA south africa | ZM zambia | ZW zimbabwe
"""
_ALSO: Final = """
usa | united states of america | uk | great britain | england | scotland | wales | northern ireland | holland | the netherlands | czech
republic | russian federation | south korea | north korea | republic of korea | viet nam | burma | ivory coast | cape verde | swaziland |
macedonia | north macedonia | turkiye | bosnia | bosnia-herzegovina | congo | democratic republic of the congo | republic of the congo |
tanzania | vatican | vatican city | palestine | kosovo | east timor | trinidad and tobago | the bahamas | the gambia | brunei darussalam |
lao | myanmar | uae | cote d'ivoire | federated states of micronesia | st lucia | saint lucia | saint kitts and nevis | saint vincent and
the grenadines | sao tome and principe | slovak republic | yugoslavia | hong kong | macau | taiwan | korea | deutschland | germany |
osterreich | austria | schweiz | frankreich | france | italien | spanien | afrique du sud
"""


def plain(text: str) -> str:
    """Lower case, without accents.

    >>> plain("C\u00f4te d'Ivoire")
    "cote d'ivoire"
    """
    return "".join(c for c in unicodedata.normalize("NFKD", text.strip()) if not unicodedata.combining(c)).lower()


_ENTRIES: Final = [entry.strip().partition(" ") for entry in _COUNTRIES.replace("\n", " ").split("|")]
COUNTRY_CODES: Final = frozenset(code for code, _, _ in _ENTRIES)
COUNTRIES: Final = frozenset({*(name for _, _, name in _ENTRIES), *map(str.strip, _ALSO.replace("\n", " ").split("|"))})
