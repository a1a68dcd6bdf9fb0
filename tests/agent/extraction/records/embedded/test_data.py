"""What a file carries for machines: electronic invoices of both syntaxes, and forms."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from looktwice.agent.assistant import Assistant
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.agent.extraction.records.embedded.einvoice import read_einvoice
from looktwice.agent.extraction.records.schemas.words import schema_of_words
from pypdfium2 import PdfDocument

from ..record_kit import invoice_pdf, read

Make = Callable[..., Assistant]
CII = b"""<?xml version="1.0"?>
<r:CrossIndustryInvoice xmlns:r="urn:r" xmlns:a="urn:a" xmlns:u="urn:u">
 <r:ExchangedDocument><a:ID>B-17</a:ID>
  <a:IssueDateTime><u:DateTimeString format="102">20210403</u:DateTimeString></a:IssueDateTime>
 </r:ExchangedDocument>
 <r:SupplyChainTradeTransaction>
  <a:IncludedSupplyChainTradeLineItem>
   <a:SpecifiedTradeProduct><a:Name>Steel rope</a:Name></a:SpecifiedTradeProduct>
   <a:SpecifiedLineTradeDelivery><a:BilledQuantity>4.0000</a:BilledQuantity></a:SpecifiedLineTradeDelivery>
   <a:SpecifiedLineTradeSettlement><a:SpecifiedTradeSettlementLineMonetarySummation>
    <a:LineTotalAmount>1010.00</a:LineTotalAmount>
   </a:SpecifiedTradeSettlementLineMonetarySummation></a:SpecifiedLineTradeSettlement>
  </a:IncludedSupplyChainTradeLineItem>
  <a:ApplicableHeaderTradeAgreement>
   <a:SellerTradeParty><a:Name>Harbour Tools</a:Name>
    <a:SpecifiedTaxRegistration><a:ID schemeID="FC">1/2</a:ID></a:SpecifiedTaxRegistration>
    <a:SpecifiedTaxRegistration><a:ID schemeID="VA">DE136695976</a:ID></a:SpecifiedTaxRegistration>
   </a:SellerTradeParty>
  </a:ApplicableHeaderTradeAgreement>
  <a:ApplicableHeaderTradeSettlement><a:InvoiceCurrencyCode>EUR</a:InvoiceCurrencyCode>
   <a:SpecifiedTradeSettlementHeaderMonetarySummation>
    <a:TaxBasisTotalAmount>1010.00</a:TaxBasisTotalAmount>
    <a:TaxTotalAmount currencyID="EUR">191.90</a:TaxTotalAmount>
    <a:GrandTotalAmount>1201.90</a:GrandTotalAmount>
   </a:SpecifiedTradeSettlementHeaderMonetarySummation>
  </a:ApplicableHeaderTradeSettlement>
 </r:SupplyChainTradeTransaction>
</r:CrossIndustryInvoice>"""
UBL = b"""<Invoice xmlns="urn:i" xmlns:c="urn:c"><c:ID>B-18</c:ID><c:IssueDate>2021-04-03</c:IssueDate>
 <c:DocumentCurrencyCode>EUR</c:DocumentCurrencyCode>
 <c:AccountingSupplierParty><c:Party><c:PartyLegalEntity>
 <c:RegistrationName>Harbour Tools</c:RegistrationName>
 </c:PartyLegalEntity></c:Party></c:AccountingSupplierParty>
 <c:LegalMonetaryTotal><c:TaxExclusiveAmount>10.00</c:TaxExclusiveAmount>
 <c:TaxInclusiveAmount>11.90</c:TaxInclusiveAmount></c:LegalMonetaryTotal>
 <c:InvoiceLine><c:InvoicedQuantity>2</c:InvoicedQuantity><c:LineExtensionAmount>10.00</c:LineExtensionAmount>
 <c:Item><c:Name>Hook</c:Name></c:Item></c:InvoiceLine></Invoice>"""
ROWS = [
    ("date:", "3 April 2021"),
    ("Harbour Tools", "USt-Id DE136695976"),
    ("* Steel rope", "4", "1.010,00"),
    ("net", "1.010,00"),
    ("tax", "191,90"),
    ("total EUR", "1.201,90"),
]


def with_attachment(path: Path, data: bytes) -> Path:
    document = PdfDocument(path)
    document.new_attachment("factur-x.xml").set_data(data)
    out = path.with_name("with.pdf")
    document.save(out)
    document.close()
    return out


def test_both_syntaxes_are_read_by_business_terms() -> None:
    invoice = read_einvoice(CII)
    assert invoice is not None
    assert invoice.terms == {
        "BT-1": "B-17",
        "BT-2": "2021-04-03",
        "BT-5": "EUR",
        "BT-27": "Harbour Tools",
        "BT-31": "DE136695976",
        "BT-109": "1010.00",
        "BT-110": "191.90",
        "BT-112": "1201.90",
    }
    assert invoice.lines == ({"BT-129": "4.0000", "BT-131": "1010.00", "BT-153": "Steel rope"},)
    other = read_einvoice(UBL)
    assert other is not None
    assert (other.terms["BT-27"], other.terms["BT-112"]) == ("Harbour Tools", "11.90")
    assert other.lines[0]["BT-153"] == "Hook"


@pytest.mark.parametrize(
    "data",
    [b"", b"<a/>", b"<a", b"<!DOCTYPE a [<!ENTITY b 'c'>]><Invoice>&b;</Invoice>", b"\xff\xfe"],
)
def test_what_is_no_invoice_is_none(data: bytes) -> None:
    assert read_einvoice(data) is None


def test_embedded_data_is_used_and_held_against_the_page(make: Make, tmp_path: Path) -> None:
    plain = invoice_pdf(tmp_path / "plain.pdf", "B-17", ROWS)
    model = ScriptedModel(read)
    found = make(script=model).extract("invoice", with_attachment(plain, CII))
    total = found.fields["total"]
    assert (total.value, total.quote, total.source) == (1201.9, "1.201,90", "embedded")
    assert total.boxes
    assert found.record["date"] == "2021-04-03"
    assert found.record["lines"] == [
        {"name": "Steel rope", "quantity": 4, "unit_price": None, "amount": 1010}
    ]
    asked = model.calls[0].schema
    assert asked is not None
    assert "total" not in asked["properties"]


def test_what_the_page_says_otherwise_is_unsure(make: Make, tmp_path: Path) -> None:
    rows = [(label, value.replace("1.201,90", "1.301,90")) for label, value, *_ in ROWS]
    plain = invoice_pdf(tmp_path / "plain.pdf", "B-17", rows)
    total = make(script=ScriptedModel(read)).extract("invoice", with_attachment(plain, CII)).fields
    assert (total["total"].value, total["total"].status) == (1201.9, "unsure")
    assert "not written on the page" in total["total"].reason


def test_embedded_data_can_be_left_out(make: Make, tmp_path: Path) -> None:
    path = with_attachment(invoice_pdf(tmp_path / "plain.pdf", "B-17", ROWS), CII)
    found = make(script=ScriptedModel(read)).extract("invoice", path, ignore_embedded=True)
    assert found.fields["seller"].status == "missing"
    assert {one.source for one in found.fields.values()} == {"page"}


def test_an_invoice_that_is_only_data_needs_no_model(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "xrechnung.xml"
    path.write_bytes(UBL)
    model = ScriptedModel(read)
    found = make(script=model).extract("invoice", path)
    assert (found.record["number"], found.record["total"]) == ("B-18", 11.9)
    assert model.calls == []


def test_fields_of_a_form_are_read(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "form.pdf"
    path.write_bytes(form_pdf({"name": "Ada Lovelace", "born": "10.12.1815"}))
    found = make(script=ScriptedModel(lambda *_: {"name": "Ada Lovelace", "born": "10.12.1815"}))
    fields = found.extract(schema_of_words("name, born: date"), path).fields
    assert (fields["name"].value, fields["born"].value) == ("Ada Lovelace", "1815-12-10")
    (box,) = fields["name"].boxes
    assert (box.y1, box.x2, box.y2) == pytest.approx((92, 300, 112))


def form_pdf(values: dict[str, str]) -> bytes:
    """A page of 612 by 792 points with a text field of 200 by 20 for each value."""
    content = zlib.compress(b"BT /F1 12 Tf 40 740 Td (A form to be filled in) Tj ET")
    first = 6
    widgets = [
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(%s)/V(%s)/Rect[100 %d 300 %d]/P 3 0 R>>"
        % (name.encode(), value.encode(), 680 - 30 * n, 700 - 30 * n)
        for n, (name, value) in enumerate(values.items())
    ]
    kids = b" ".join(b"%d 0 R" % (first + n) for n in range(len(widgets)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[%s]/DA(/F1 12 Tf)>>>>" % kids,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Annots[%s]"
        b"/Resources<</Font<</F1 5 0 R>>>>>>" % kids,
        b"<</Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *widgets,
    ]
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, start)
    return bytes(out)
