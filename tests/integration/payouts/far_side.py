"""The far side of a payout channel as a file: what it paid survives the process that asked it."""

import os
import signal
from pathlib import Path

from core.payouts.types import PayOutcome, PayResult, PayStatus


class Far:
    """A channel that writes down each payment it makes; it can die before or after one.

    Args:
        file: its books, a line a payment: number and amount.
        dies: ``before`` or ``after`` the payment the whole process is killed (SIGKILL).
    """

    key = label = "bank"

    def __init__(self, file: Path, dies: str = "") -> None:
        self.file, self.dies = file, dies

    def pay(self, request):
        if self.dies == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        with self.file.open("a") as books:
            books.write(f"{request.payout_no} {request.net_fen}\n")
        if self.dies == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return PayResult(f"far-{request.payout_no}", True)

    def payments(self):
        return self.file.read_text().splitlines() if self.file.exists() else []


class AskedFar(Far):
    """The same, and it can be asked; it pays twice when told twice, as the worst one would."""

    def query(self, payout_no):
        for line in self.payments():
            number, net_fen = line.split()
            if number == payout_no:
                return PayStatus(number, f"far-{number}", PayOutcome.PAID, int(net_fen))
        return PayStatus(payout_no, "", PayOutcome.UNKNOWN, 0)
