"""Invoices as data: Factur-X, ZUGFeRD (1 and 2) and XRechnung, by the terms of EN 16931.

Both syntaxes of the standard are read, UN/CEFACT Cross Industry Invoice and UBL, and ZUGFeRD 1.0's earlier
names. A schema says with `x-en16931` which business term a field is: "BT-112" is the total with VAT.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

_MOST_BYTES = 8 * 2**20
MOST_BYTES = _MOST_BYTES
"""Of such a file; those of large invoices have some hundred thousand."""

Terms = dict[str, str]
"""Values by business term."""

# Each term with the ways to it, by local names of elements; the first that leads somewhere counts.
_SETTLEMENT = "*TradeSettlement"
_SUM = f"{_SETTLEMENT}/*MonetarySummation"
_PAID_TO = f"{_SETTLEMENT}/SpecifiedTradeSettlementPaymentMeans/PayeePartyCreditorFinancialAccount"
_CII: Mapping[str, tuple[str, ...]] = {
    "BT-1": ("*ExchangedDocument/ID",),
    "BT-2": ("*ExchangedDocument/IssueDateTime/DateTimeString",),
    "BT-3": ("*ExchangedDocument/TypeCode",),
    "BT-5": (f"{_SETTLEMENT}/InvoiceCurrencyCode",),
    "BT-9": (f"{_SETTLEMENT}/SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString",),
    "BT-13": ("*TradeAgreement/BuyerOrderReferencedDocument/IssuerAssignedID",),
    "BT-72": ("*TradeDelivery/ActualDeliverySupplyChainEvent/OccurrenceDateTime/DateTimeString",),
    "BT-27": ("*TradeAgreement/SellerTradeParty/Name",),
    "BT-31": ("*TradeAgreement/SellerTradeParty/SpecifiedTaxRegistration/ID[VA]",),
    "BT-44": ("*TradeAgreement/BuyerTradeParty/Name",),
    "BT-84": (f"{_PAID_TO}/IBANID",),
    "BT-109": (f"{_SUM}/TaxBasisTotalAmount",),
    "BT-110": (f"{_SUM}/TaxTotalAmount",),
    "BT-112": (f"{_SUM}/GrandTotalAmount",),
}
_CII_LINE: Mapping[str, tuple[str, ...]] = {
    "BT-129": ("*TradeDelivery/BilledQuantity",),
    "BT-131": ("*TradeSettlement/*MonetarySummation/LineTotalAmount",),
    "BT-146": ("*TradeAgreement/NetPriceProductTradePrice/ChargeAmount",),
    "BT-153": ("SpecifiedTradeProduct/Name",),
}
_PARTY = "Party/PartyLegalEntity/RegistrationName"
_UBL: Mapping[str, tuple[str, ...]] = {
    "BT-1": ("ID",),
    "BT-2": ("IssueDate",),
    "BT-3": ("InvoiceTypeCode", "CreditNoteTypeCode"),
    "BT-5": ("DocumentCurrencyCode",),
    "BT-9": ("DueDate", "PaymentMeans/PaymentDueDate"),
    "BT-13": ("OrderReference/ID",),
    "BT-72": ("Delivery/ActualDeliveryDate",),
    "BT-27": (f"AccountingSupplierParty/{_PARTY}", "AccountingSupplierParty/Party/PartyName/Name"),
    "BT-31": ("AccountingSupplierParty/Party/PartyTaxScheme/CompanyID",),
    "BT-44": (f"AccountingCustomerParty/{_PARTY}", "AccountingCustomerParty/Party/PartyName/Name"),
    "BT-84": ("PaymentMeans/PayeeFinancialAccount/ID",),
    "BT-109": ("LegalMonetaryTotal/TaxExclusiveAmount",),
    "BT-110": ("TaxTotal/TaxAmount",),
    "BT-112": ("LegalMonetaryTotal/TaxInclusiveAmount",),
}
_UBL_LINE: Mapping[str, tuple[str, ...]] = {
    "BT-129": ("InvoicedQuantity", "CreditedQuantity"),
    "BT-131": ("LineExtensionAmount",),
    "BT-146": ("Price/PriceAmount",),
    "BT-153": ("Item/Name",),
}


@dataclass(frozen=True)
class ElectronicInvoice:
    """What an invoice says as data.

    Attributes:
        terms: values by business term, as written: dates as ISO dates.
        lines: the same of each line.
    """

    terms: Terms
    lines: tuple[Terms, ...] = field(default=())


def read_einvoice(data: bytes) -> ElectronicInvoice | None:
    """The invoice in an XML file; None where it is none.

    A file with a document type is refused: it may declare entities that expand without end.
    """
    if len(data) > _MOST_BYTES or b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        return None
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError):
        return None
    kind = _local(root)
    if kind in ("CrossIndustryInvoice", "CrossIndustryDocument"):
        return _cross_industry(root)
    if kind in ("Invoice", "CreditNote"):
        lines = [one for one in root if _local(one) in ("InvoiceLine", "CreditNoteLine")]
        return ElectronicInvoice(_terms(root, _UBL), tuple(_terms(one, _UBL_LINE) for one in lines))
    return None


def _cross_industry(root: ElementTree.Element) -> ElectronicInvoice | None:
    deal = next((part for part in root if "SupplyChainTradeTransaction" in _local(part)), None)
    if deal is None:
        return None
    head = [part for part in root if part is not deal]
    terms = {term: value for term, ways in _CII.items() if (value := _first([*head, *deal], ways))}
    lines = [
        _terms(part, _CII_LINE)
        for part in deal
        if _local(part) == "IncludedSupplyChainTradeLineItem"
    ]
    named = tuple(line for line in lines if "BT-153" in line or "BT-131" in line)
    return ElectronicInvoice(terms, named)


def _terms(element: ElementTree.Element, ways: Mapping[str, tuple[str, ...]]) -> Terms:
    return {term: value for term, way in ways.items() if (value := _first(list(element), way))}


def _first(parts: list[ElementTree.Element], ways: tuple[str, ...]) -> str:
    for way in ways:
        for found in _follow(parts, way.split("/")):
            text = " ".join("".join(found.itertext()).split())
            if text:
                return _iso(text) if _is_date(found) else text
    return ""


def _follow(parts: list[ElementTree.Element], way: list[str]) -> Iterator[ElementTree.Element]:
    name, _, scheme = way[0].rstrip("]").partition("[")
    for part in parts:
        local = _local(part)
        fits = local.endswith(name[1:]) if name.startswith("*") else local == name
        if fits and (not scheme or part.get("schemeID") == scheme):
            if len(way) == 1:
                yield part
            else:
                yield from _follow(list(part), way[1:])


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _is_date(element: ElementTree.Element) -> bool:
    return _local(element) == "DateTimeString"


def _iso(text: str) -> str:
    """Format 102 of UN/EDIFACT: 20180920."""
    digits = text[:8]
    return (
        f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
        if digits.isdigit() and len(digits) == 8
        else text
    )
