"""Hospital A with patients, its people and their browsers, for the pages of worklist and patient."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from pathlib import Path

from natars_fhir.service.access import accounts
from natars_fhir.service.access.accounts import Wanted
from natars_fhir.store import accounts as kept
from natars_fhir.store import worklist
from natars_fhir.store.worklist import Asked
from tests.service.hospital import KEY, Node, condition, patient, transaction
from tests.service.spoken import COORDINATOR, INVESTIGATOR, HospitalA, push_case
from tests.web.pages.people import PASSWORD, Reception, Somebody

NUMBERS = "https://his.hospital-a.example/fhir/NamingSystem/patient-number"
#: No two accounts have one name.
_number = count()


@dataclass(slots=True)
class Ward:
    """The site, whoever came to it, and who works there."""

    reception: Reception
    hospital: HospitalA

    def worker(self, role: str, person: str | None = None, site: str = "hospital-a") -> Somebody:
        """The browser of somebody who is logged in, on the delegation list as *person*."""
        listed = {"investigator": INVESTIGATOR, "coordinator": COORDINATOR}
        store, name = self.reception.store, f"{role}-{next(_number)}"
        wanted = Wanted(name, (role,), site, listed.get(role, "") if person is None else person)
        one, _ = accounts.add(store, KEY, wanted, self.reception.clock(), PASSWORD)
        with store.write(()) as connection:
            kept.change(connection, one.id, enrolled=self.reception.clock(), fresh=False, second=b"sealed")
        return self.reception.browser(self.reception.again(one))

    def address(self, key: str = "Patient/a-102") -> str:
        """The page of a patient."""
        with self.reception.store.read() as connection:
            lines = worklist.page(connection, "hospital-a", Asked(), 0, 999)
        return f"/pages/patient/{next(one.pseudonym for one in lines if one.key == key)}"


def ward(folder: Path) -> Ward:
    """Everything, with the patient of whom every criterion is answered (a-102)."""
    reception = Reception(folder)
    hospital = HospitalA(reception.store)
    push_case(hospital)
    return Ward(reception, hospital)


def lms(ident: str, number: str = "", text: str = "腹膜后平滑肌肉瘤", **more: object) -> Node:
    """A patient of whom nothing but the tumour is known."""
    named = {"identifier": [{"system": NUMBERS, "value": number}]} if number else {}
    return transaction(patient(ident, **named, **more), condition(f"c{ident}", text, of=f"Patient/{ident}"))
