"""Countries and blocs as STIX locations, each with the region that STIX tools ask for.

Regions are those of the United Nations geoscheme (M49), in the words of STIX (`region-ov`).
"""

from foreshock.exchange.stix_form import EXTENDED, Object, name_of, tlp
from foreshock.words.markings import Marking
from foreshock.words.pack import Pack

#: region of STIX -> countries by ISO 3166-1
REGIONS = {
    "eastern-africa": "BI DJ ER ET IO KE KM MG MU MW MZ RE RW SC SO SS TZ UG YT ZM ZW",
    "middle-africa": "AO CD CF CG CM GA GQ ST TD",
    "northern-africa": "DZ EG EH LY MA SD TN",
    "southern-africa": "BW LS NA SZ ZA",
    "western-africa": "BF BJ CI CV GH GM GN GW LR ML MR NE NG SH SL SN TG",
    "caribbean": "AG AI AW BB BL BQ BS CU CW DM DO GD GP HT JM KN KY LC MF MQ MS PR SX TC TT VC VG"
    " VI",
    "central-america": "BZ CR GT HN MX NI PA SV",
    "northern-america": "BM CA GL PM US",
    "south-america": "AR BO BR BV CL CO EC FK GF GS GY PE PY SR UY VE",
    "central-asia": "KG KZ TJ TM UZ",
    "eastern-asia": "CN HK JP KP KR MN MO TW",
    "southern-asia": "AF BD BT IN IR LK MV NP PK",
    "south-eastern-asia": "BN ID KH LA MM MY PH SG TH TL VN",
    "western-asia": "AE AM AZ BH CY GE IL IQ JO KW LB OM PS QA SA SY TR YE",
    "eastern-europe": "BG BY CZ HU MD PL RO RU SK UA",
    "northern-europe": "AX DK EE FI FO GB GG IE IM IS JE LT LV NO SE SJ",
    "southern-europe": "AD AL BA ES GI GR HR IT ME MK MT PT RS SI SM VA XK",
    "western-europe": "AT BE CH DE FR LI LU MC NL",
    "australia-new-zealand": "AU CC CX HM NF NZ",
    "melanesia": "FJ NC PG SB VU",
    "micronesia": "FM GU KI MH MP NR PW UM",
    "polynesia": "AS CK NU PF PN TK TO TV WF WS",
    "antarctica": "AQ TF",
}
_REGION = {code: region for region, codes in REGIONS.items() for code in codes.split()}


def region(place: str) -> str:
    """The region of a country or bloc; empty where it has none in STIX.

    >>> region("KR"), region("EU"), region("X9")
    ('eastern-asia', 'europe', '')
    """
    return "europe" if place == "EU" else _REGION.get(place, "")


def location(place: str, pack: Pack, maker: str) -> Object:
    """A country or bloc; a company profile lies in its country, if that is told."""
    name = pack.name.get(place, place)
    said: Object = {
        "type": "location",
        "spec_version": "2.1",
        "id": name_of("location", f"{maker} {place}"),
        "created_by_ref": maker,
        "created": EXTENDED,
        "modified": EXTENDED,
        "name": name,
        "object_marking_refs": [tlp(Marking.CLEAR)],
    }
    holder = pack.holder.get(place)
    country = holder.country or (place if holder.kind == "country" else "") if holder else ""
    where = region(country or place)
    if country:
        said["country"] = country
    if where:
        said["region"] = where
    if not country and not where:  # STIX wants one of them, and a wrong one would mislead
        said["administrative_area"] = name
    return said
