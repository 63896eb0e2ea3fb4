"""What the tests of prices share: a firm with things of its own to sell, and the verbs of those who sell them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any

from tests.acceptance.conftest import Firm

TABLE = {
    "hit": "FIRST",
    "inputs": [{"is": "product.category.code", "label": "Category"}, {"is": "beyond_policy", "label": "Discount"}],
    "outputs": [{"name": "role"}],
    "rules": [
        ['"T"', "<= 5", '"salesperson"'],
        ['"T"', "<= 15", '"sales_manager"'],
        ['"X"', "<= 10", '"sales_manager"'],
        ["-", "-", '"director"'],
    ],
}
_numbers = count(1)


@dataclass
class Shop:
    """Each shop has products and a customer of its own, so that the rules of one test do not reach another's."""

    firm: Firm
    category: str
    customer: str
    ids: dict[str, str] = field(default_factory=dict)

    def product(self, price: str | None = "100", **values: Any) -> str:
        given = {"name": f"Thing {next(_numbers)}", "category": self.category, "list_price": price, **values}
        made = self.firm.make("ada", "product", **given)
        self.firm.move("ada", "product", made, "launch")
        return made

    def policy(self, effect: str, product: str | None = None, **values: Any) -> str:
        number = next(_numbers)
        given = {"code": f"DP{number}", "name": f"Policy {number}", "effect": effect, "valid_from": "2026-01-01"}
        if product is not None:
            given["products"] = [product]
        return self.firm.make("pia", "discount_policy", **{**given, **values})

    def group(self, combination: str, position: int = 10) -> str:
        number = next(_numbers)
        return self.firm.make(
            "pia",
            "discount_group",
            code=f"G{number}",
            name=f"Group {number}",
            combination=combination,
            position=position,
        )

    def quote(self, *lines: dict[str, Any], login: str = "amy", **values: Any) -> str:
        given = {"company": self.firm.ids["company"], "customer": self.customer, **values}
        return self.firm.make(login, "quote", lines=list(lines), **given)

    def read(self, quote: str, login: str = "amy") -> dict[str, Any]:
        return self.firm.read(login, "quote", quote)

    def lines(self, quote: str, login: str = "amy") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.read(quote, login)["lines"]
        return found

    def price(self, product: str, quantity: str = "1", **values: Any) -> Decimal:
        """Return what a trial says that somebody pays; nothing is saved."""
        return Decimal(self.trial(product, quantity, **values)["price"])

    def trial(self, product: str, quantity: str = "1", **values: Any) -> dict[str, Any]:
        given = {"product": product, "quantity": quantity, "customer": self.customer, **values}
        answer = self.firm.ask("amy", "POST", "objects/price_trial/preview", {"input": given})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        found: dict[str, Any] = answer.get_json()["values"]
        return found


def open_shop(firm: Firm) -> Shop:
    """Open a shop beside the others."""
    number = next(_numbers)
    category = firm.make("ada", "product_category", code=f"C{number}", name=f"Category {number}")
    customer = firm.make("amy", "customer", name=f"Customer {number}", region="320500")
    return Shop(firm, category, customer)
