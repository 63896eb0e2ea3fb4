"""A firm that trades: products of each kind, terms of payment, commission models, and an order's way in few calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.acceptance.conftest import Firm

BY_HAND = {"price_source": "manual", "tax_rate": "13"}
TABLE = {
    "hit": "FIRST",
    "inputs": [{"is": "amount"}],
    "outputs": [{"name": "rate"}],
    "rules": [[">= 5000", "3"], ["-", "2"]],
}


def cents(value: Any) -> Decimal:
    """Return a figure of the API."""
    return Decimal(str(value))


@dataclass
class Trade:
    """What an order needs, and shortcuts for what people do with it."""

    firm: Firm
    ids: dict[str, str]

    def day(self, later: int = 0) -> str:
        """Return a day, so many after today in Shanghai."""
        return (self.firm.clock.now() + timedelta(hours=8, days=later)).date().isoformat()

    def order(self, *lines: tuple[str, Any, Any], login: str = "amy", **values: Any) -> str:
        """Make a draft: lines are product, quantity, price."""
        given = [
            {"product": self.ids[product], "quantity": str(quantity), "price": str(price), **BY_HAND}
            for product, quantity, price in lines
        ]
        return self.firm.make(
            login,
            "sales_order",
            **{
                "company": self.firm.ids["company"],
                "customer": self.ids["customer"],
                "contact": self.ids["contact"],
                "salesperson": self.ids["amy"],
                "delivery_date": self.day(30),
                "lines": given,
                **values,
            },
        )

    def effective(self, *lines: tuple[str, Any, Any], **values: Any) -> str:
        """Make an order that has taken effect."""
        order = self.order(*lines, **values)
        self.firm.move("amy", "sales_order", order, "submit")
        return order

    def rows(self, object: str, order: str, fields: str, sort: str = "") -> list[dict[str, Any]]:
        """Return what belongs to an order."""
        found = self.firm.found("fei", object, f'sales_order = "{order}"', f"id,{fields}")
        return sorted(found, key=lambda row: tuple(str(row[name]) for name in (sort or fields).split(",")))

    def lines(self, order: str) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = self.firm.read("fei", "sales_order", order)["lines"]
        return lines

    def convert(self, login: str, object: str, id: str, name: str, **body: Any) -> Any:
        return self.firm.ask(login, "POST", f"records/{object}/{id}/conversions/{name}", body)

    def deliver(self, order: str, quantities: dict[str, Any] | None = None) -> str:
        """Make a delivery of some or all that is open."""
        answer = self.convert("ivy", "sales_order", order, "order_to_delivery", quantities=quantities or {})
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return str(answer.get_json()["made"]["delivery"]["id"])

    def complete(self, delivery: str, **serials: str) -> None:
        """Ship a delivery and have it received; ``serials`` by product."""
        lines = self.firm.read("ivy", "delivery", delivery)["lines"]
        kept = []
        for line in lines:
            name = next((one for one, id in self.ids.items() if id == line["product"]["id"]), "")
            kept.append({"id": line["id"], **({"serials": serials[name]} if name in serials else {})})
        if serials:
            self.firm.change("ivy", "delivery", delivery, lines=kept)
        self.firm.move("ivy", "delivery", delivery, "dispatch")
        self.firm.move("ivy", "delivery", delivery, "complete")

    def receive(self, amount: Any, **values: Any) -> str:
        """Post a receipt of the customer."""
        given = {"company": self.firm.ids["company"], "customer": self.ids["customer"], "amount": str(amount), **values}
        receipt = self.firm.make("fei", "receipt", **given)
        self.firm.move("fei", "receipt", receipt, "post")
        return receipt


def open_trade(firm: Firm) -> Trade:
    """Return the trade of a firm, set up once."""

    def kept(object: str, field: str, value: str, login: str = "gao") -> str:
        found = firm.found(login, object, f'{field} = "{value}"', "id")
        return str(found[0]["id"]) if found else ""

    def make(object: str, **values: Any) -> str:
        return str(firm.engine.records.create(firm.system, object, values).id)

    ids = {"drill": firm.ids["drill"], "amy": kept("employee", "name", "Amy"), "lin": kept("employee", "name", "Lin")}
    if kept("product", "name", "Robot"):
        for name in ("robot", "oil", "training"):
            ids[name] = kept("product", "name", name.title())
        ids["customer"] = kept("customer", "name", "Trader", "amy")
        ids["contact"] = kept("contact", "name", "Kim", "amy")
        return Trade(firm, ids)
    tools = kept("product_category", "name", "Tools")
    for name, more in (
        ("robot", {"tracking": "serial", "warranty_months": 12, "list_price": "1000", "cost": "600"}),
        ("oil", {"tracking": "batch", "list_price": "20"}),
        ("training", {"kind": "service", "list_price": "500"}),
    ):
        ids[name] = make("product", name=name.title(), category=tools, **more)
        firm.engine.workflow.perform(firm.system, "product", ids[name], 1, "launch", {})
    head = firm.engine.records.get(firm.system, "employee", ids["amy"], ("version",)).version
    firm.engine.records.update(firm.system, "employee", ids["amy"], head, {"superior": ids["lin"]})
    ids["customer"] = firm.make("amy", "customer", name="Trader", currency="CNY")
    ids["contact"] = firm.make("amy", "contact", name="Kim", customer=ids["customer"], mobile="13900000077")
    firm.make(
        "fei",
        "payment_term",
        name="Three stages",
        code="three_stage",
        lines=[
            {"name": "Advance", "percent": "33.33", "event": "effective", "days": 7},
            {"name": "On delivery", "percent": "33.33", "event": "delivery", "days": 30},
            {"name": "Acceptance", "percent": "33.34", "event": "stage", "days": 0, "step": 2},
        ],
    )
    split = [{"role": "salesperson", "percent": "70"}, {"role": "manager", "percent": "30"}]
    since = "2026-01-01"
    firm.make("fei", "commission_model", name="Standard", kind="sales", valid_from=since, rate=TABLE, lines=split)
    half = {**TABLE, "rules": [["-", "0.5"]]}
    alone = [{"role": "salesperson", "percent": "100"}]
    firm.make("fei", "commission_model", name="Bonus", kind="bonus", valid_from=since, rate=half, lines=alone)
    return Trade(firm, ids)
