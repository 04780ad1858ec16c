"""What is wrong in one order stays in that order: the reader alone, on bytes, in milliseconds."""

from __future__ import annotations

from pathlib import Path

import pytest
from shop_file import document, order

from ingest.errors import FileRefused, FileUnfinished
from ingest.sources.xcart.order_element import ShopOrder
from ingest.sources.xcart.shop_file import hash_file, read_orders

FIRST, MIDDLE, LAST = (order(number, [("17612", 2)]) for number in ("671825", "671826", "671827"))
SMALL = "<order><orderid>671826</orderid><a>b</a></order>"
KILOBYTE = "x" * 1024


def read(folder: Path, content: str | bytes) -> list[ShopOrder]:
    file = folder / "shop.xml"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_orders(file, hash_file(file)))


def company(text: str) -> str:
    return MIDDLE.replace("Example Dental", text)


SPOILT: dict[str, tuple[str | bytes, str]] = {
    "an ampersand alone": (company("Smith & Sons"), "such as & or < alone"),
    "a less-than alone": (company("Smith < Sons"), "such as & or < alone"),
    "an entity of HTML": (company("Dental&nbsp;Group"), "such as &nbsp;"),
    "an entity of nobody": (company("&smith;"), "an entity that XML does not know"),
    "a control character": (company("Dental\x0bGroup"), "a control character"),
    "a zero byte": (company("Dental\0Group"), "a control character"),
    "a reference to a control character": (company("Dental&#11;Group"), "no text may hold"),
    "a reference to half an emoji": (company("x&#55357;"), "no text may hold"),
    "bytes of another encoding": (company("Café").encode("cp1252"), "no text in the file's encoding, utf-8"),
    "half a character": (company("Café").encode().replace("é".encode(), b"\xc3"), "no text in the file's"),
    "an attribute twice": (MIDDLE.replace("<order>", '<order a="1" a="2">'), "an attribute twice"),
    "an attribute without quotes": (MIDDLE.replace("<order>", "<order a=1>"), "XML does not allow"),
    "an attribute that never ends": (MIDDLE.replace("<order>", '<order a="1>'), "XML does not allow"),
    "an end tag of another element": (company("x</shipping>"), "does not match its start tag"),
    "an element that never ends": (company("<b>"), "does not match its start tag"),
    "a comment that never ends": (company("Smith <!-- Sons"), "no well-formed XML (unclosed token)"),
    "a section that never ends": (company("<![CDATA[Smith"), "no well-formed XML (unclosed CDATA section)"),
    "no end tag": (MIDDLE.replace("</order>", ""), "has no end tag </order>"),
    "a misspelt end tag": (MIDDLE.replace("</order>", "</odrer>"), "has no end tag </order>"),
    "a misspelt start tag": (MIDDLE.replace("<order>", "<odrer>"), "has no start tag <order>"),
    "an endless text": (company(KILOBYTE * 65), "more than 65,536 characters in one element"),
    "endless lines": (order("671826", [("17612", 1)] * 1001), "more than 1,000 lines"),
    "endless fields": (company("".join(f"<a{n}/>" for n in range(201))), "more than 200 fields"),
    "endless depth": (company("<a>" * 9), "more than 8 levels"),
    "an endless comment": (company(f"<!--{KILOBYTE * 1024}-->"), "longer than 1024 KB"),
    "an endless attribute": (
        MIDDLE.replace("<company>", f'<company a="{KILOBYTE * 3000}">'),
        "longer than 1024 KB",
    ),
    "an endless name": (company(f"<{KILOBYTE * 1024}/>"), "longer than 1024 KB"),
}


@pytest.mark.parametrize("what", SPOILT)
@pytest.mark.parametrize("is_last", [False, True])
def test_a_spoilt_order_is_named_with_its_line_and_its_neighbours_are_read(
    tmp_path: Path, what: str, is_last: bool
) -> None:
    spoilt, reason = SPOILT[what]
    before, after = document(FIRST, "\nSPOILT", *([] if is_last else [LAST])).encode().split(b"SPOILT")
    first, middle, *last = read(
        tmp_path, before + (spoilt if isinstance(spoilt, bytes) else spoilt.encode()) + after
    )
    assert [one.fields["orderid"] for one in (first, middle, *last)] == ["671825", "671826", "671827"][
        : 3 - is_last
    ]
    assert (first.problem, middle.line, [one.problem for one in last]) == (None, 5, [None] * (not is_last))
    assert middle.problem is not None and reason in middle.problem
    assert "Smith" not in middle.problem


def test_a_problem_is_reported_with_the_line_it_is_in(tmp_path: Path) -> None:
    lines = MIDDLE.replace("><", ">\n<").replace("Example Dental", "Café & Sons")
    above, all_of_it = lines[: lines.index("&")].count("\n"), lines.count("\n")
    for encoding in ("utf-8", "cp1252"):
        found = [
            (one.line, one.problem is None)
            for one in read(tmp_path, document(FIRST, lines, LAST).encode(encoding))
        ]
        assert found == [(3, True), (4 + above, False), (5 + all_of_it, True)]


def test_half_a_character_of_two_bytes_spoils_its_order_only(tmp_path: Path) -> None:
    content = document(FIRST, company("half"), LAST).replace("UTF-8", "UTF-16").encode("utf-16-le")
    found = read(tmp_path, content.replace("half".encode("utf-16-le"), b"x\0\x3d\xd8x\0x\0"))
    assert [one.problem is None for one in found] == [True, False, True]


def test_whatever_byte_of_an_order_is_damaged_its_neighbours_are_read_and_it_is_not_lost(tmp_path: Path) -> None:
    before, after = document(FIRST, "DAMAGED", LAST).encode().split(b"DAMAGED")
    for at in range(len(SMALL)):
        for damage in (b"<", b"&", b"\xff", b"\0", b'"', b"/", b">", b""):
            damaged = SMALL[:at].encode() + damage + SMALL[at + 1 :].encode()
            found = read(tmp_path, before + damaged + after)
            assert [found[0].problem, found[-1].problem] == [None, None], damaged
            assert [found[0].fields["orderid"], found[-1].fields["orderid"]] == ["671825", "671827"], damaged
            assert len(found) > 2, damaged


def test_orders_that_a_comment_or_section_without_its_end_seems_to_hide_are_read(tmp_path: Path) -> None:
    for opening, hidden in (
        ("<!--", LAST.replace("Example Dental", "a --> b")),
        ("<!--", LAST.replace("Example Dental", "<!-- a --> b")),
        ("<![CDATA[", LAST.replace("Example Dental", "<![CDATA[a]]> b")),
    ):
        found = read(tmp_path, document(FIRST, company(f"Smith {opening} Sons"), hidden))
        assert [(one.fields["orderid"], one.problem is None) for one in found] == [
            ("671825", True), ("671826", False), ("671827", True),
        ]  # fmt: skip
        assert [one.position for one in found] == [1, 2, 3]
        assert [one.line for one in found] == [3, 4, 5]


def test_an_order_inside_another_is_read_and_the_outer_one_is_named(tmp_path: Path) -> None:
    found = read(
        tmp_path, document(FIRST, f"<order><orderid>1</orderid>{MIDDLE}<company>x</company></order>", LAST)
    )
    assert [(one.fields["orderid"], one.problem) for one in found] == [
        ("671825", None), ("1", "has no end tag </order>"), ("671826", None), ("671827", None),
    ]  # fmt: skip


ALL = document(FIRST, MIDDLE, LAST)
WHOLE: dict[str, str | bytes] = {
    "an empty line first": f"\n{ALL}",
    "a warning first": f"Warning: something on line 3 & more\n{ALL}",
    "text after it": f"{ALL}\nDone in 3 s.",
    "a byte order mark": b"\xef\xbb\xbf" + ALL.encode(),
    "no declaration": ALL.partition("\n")[2],
    "a document type that says nothing": ALL.replace("<Dentist", "<!DOCTYPE DentistSelectOrders >\n<Dentist", 1),
    "windows-1252, declared": company("Café ’").join([FIRST, LAST]).join(
        ["<?xml version='1.0' encoding='windows-1252'?><orders>", "</orders>"]
    ).encode("cp1252"),
    "latin 1, declared": ALL.replace("UTF-8", "ISO-8859-1").replace("Dental", "Café").encode("latin-1"),
    "UTF-16": ALL.replace("UTF-8", "UTF-16").replace("Dental", "Café 🦷").encode("utf-16"),
    "UTF-16 without a byte order mark": ALL.replace("UTF-8", "UTF-16").encode("utf-16-le"),
    "emoji and Arabic": ALL.replace("Dental", "🦷 عيادة"),
    "sections": ALL.replace("Example Dental", "<![CDATA[Smith & </order></orders> Sons]]>"),
    "sections with orders": ALL.replace("Example Dental", "<![CDATA[ <order> </order> <order> </order> ]]>"),
    "comments": ALL.replace("<company>", "<!-- <order> </order> </orders> & --><company>"),
    "an order that is commented out": document(FIRST, f"<!-- {MIDDLE} -->", MIDDLE, LAST),
    "instructions": document(FIRST, "<?php </orders> ?>", MIDDLE.replace("<company>", "<?a b?><company>"), LAST),
    "attributes": ALL.replace("<order>", "<order a='1>2' b=\"it's\" >").replace("</order>", "</order\n>"),
    "references": ALL.replace("Dental", "&amp;&lt;&#233;&#x1F9B7;"),
    "elements around orders": document("<page a='>'>", FIRST, "</page><page>", MIDDLE, LAST, "<end/></page>"),
    "a lone & between orders": document(FIRST, "a & b < c", MIDDLE, LAST),
    "a comment that never ends between orders": document(FIRST, "<!-- ", MIDDLE, LAST),
    "lines that end as on Windows": ALL.replace("\n", "\r\n"),
}  # fmt: skip


@pytest.mark.parametrize("what", WHOLE)
def test_a_file_that_only_looks_odd_is_read_whole(tmp_path: Path, what: str) -> None:
    found = read(tmp_path, WHOLE[what])
    assert [(one.fields["orderid"], one.problem) for one in found] == [
        ("671825", None), ("671826", None), ("671827", None),
    ]  # fmt: skip


def test_texts_come_as_they_were_meant(tmp_path: Path) -> None:
    for content, meant in (
        (company("<![CDATA[Smith & Sons]]>"), "Smith & Sons"),
        (company(" Caf&#233; &amp; <!-- no --> Bar "), "Café & Bar".replace("& ", "&  ")),
    ):
        assert read(tmp_path, document(content))[0].fields["company"] == meant
    for encoding in ("utf-16", "windows-1252"):
        declared = document(company("Café")).replace("UTF-8", encoding)
        assert read(tmp_path, declared.encode(encoding))[0].fields["company"] == "Café"


def test_a_file_without_orders_is_read(tmp_path: Path) -> None:
    for content in ("<orders/>", "<DentistSelectOrders></DentistSelectOrders>", document()):
        assert read(tmp_path, content) == []


def test_a_file_cut_off_anywhere_before_its_end_is_unfinished(tmp_path: Path) -> None:
    content = (
        document(SMALL, SMALL.replace("b", "<![CDATA[ </order> ]]>"), "<!-- </order> -->", SMALL).rstrip().encode()
    )
    for length in range(len(content)):
        with pytest.raises(FileUnfinished, match="may still be being written"):
            read(tmp_path, content[:length])
    assert len(read(tmp_path, content)) == 3


LONG = KILOBYTE * 64
REFUSED = {
    "a comment": (document(FIRST, f"<!--{LONG}-->", LAST), "a comment, section or instruction of more than 64 KB"),
    "a comment with orders": (
        document(FIRST, f"<!--{LAST * 100}-->"),
        "a comment, section or instruction of more",
    ),
    "a comment first": (f"<!--{LONG}-->{ALL}", "a comment, section or instruction of more than 64 KB"),
    "a comment at the end": (f"{ALL}<!--{LONG}-->", "a comment, section or instruction of more than 64 KB"),
    "an instruction": (document(f"<?a {LONG}?>"), "a comment, section or instruction of more than 64 KB"),
    "a section": (document(f"<![CDATA[{LONG}]]>"), "a comment, section or instruction of more than 64 KB"),
    "an attribute": (f'<orders a="{LONG}">{FIRST}</orders>', "a text of more than 64 KB"),
    "a text": (document(FIRST, LONG, LAST), "a text of more than 64 KB"),
    "depth": (document("<a>" * 9), "nests elements more than 8 deep"),
    "another document": ("<html><order></order></html>", "begins with <html>, not with <DentistSelectOrders>"),
    "an order alone": (FIRST, "begins with <order>"),
    "text": ("no such page", "holds no XML"),
    "more after the end": (f"{ALL}{FIRST}", "continues after </DentistSelectOrders>"),
    "an unknown encoding": (ALL.replace("UTF-8", "klingon"), "its encoding is klingon, which cannot be read"),
    "an encoding of no letters": (ALL.replace("UTF-8", "cp037"), "its encoding is cp037, which cannot be read"),
    "a document type elsewhere": (
        f'<!DOCTYPE orders SYSTEM "o.dtd">{ALL}',
        "declares entities or",
    ),
    "entities": (f'<!DOCTYPE orders [<!ENTITY a "b">]>{ALL}', "declares entities or"),
    "a document type later": (document(FIRST, "<!DOCTYPE orders>"), "declares entities or"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_that_is_no_export_is_refused_with_the_reason_and_is_not_called_unfinished(
    tmp_path: Path, what: str
) -> None:
    content, reason = REFUSED[what]
    with pytest.raises(FileRefused, match=reason):
        read(tmp_path, content)


def test_tags_outside_orders_have_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.sources.xcart.file_pieces._MOST_MARKUP", 10)
    assert len(read(tmp_path, document(FIRST, "<a/>" * 7, LAST))) == 2
    with pytest.raises(FileRefused, match="more than 10 tags and comments outside its orders"):
        read(tmp_path, document(FIRST, "<a/>" * 8, LAST))


def test_orders_that_lie_across_blocks_of_the_file_are_read_whole(tmp_path: Path) -> None:
    long = order("671826", [("17612", 2)], company=KILOBYTE * 60, s_address=KILOBYTE * 60)
    found = read(tmp_path, document(*[long] * 60, LAST))
    assert [one.problem for one in found] == [None] * 61
    assert {len(one.fields["company"]) for one in found[:-1]} == {60 * 1024}
    assert found[-1].line == 2 + 61


def test_wherever_an_order_that_is_too_long_ends_the_next_one_is_read(tmp_path: Path) -> None:
    block = 64 * 1024
    start = document(FIRST, "END").partition("END")[0] + "<order>"
    for blocks in (33, 34, 35):
        for shift, end in [(shift, end) for end in ("</order>", "") for shift in range(len("</order>"))]:
            text = "x" * (blocks * block - shift - len(start))
            first, long, last = read(tmp_path, f"{start}{text}{end}{LAST}</DentistSelectOrders>")
            assert (first.problem, last.problem, last.fields["orderid"]) == (None, None, "671827")
            assert long.problem == "is longer than 1024 KB, which no order is"
