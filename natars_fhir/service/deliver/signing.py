"""Signing: the key with which we sign our requests for tokens at a hospital's server; made once, for its owner alone.

https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html: ES384, and the public half as a JWKS.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from joserfc.jwk import ECKey

from natars_fhir.service.deliver.credentials import signing_key


def public_keys(path: Path) -> str:
    """The public half of the key in a file, which is made where there is none. Raises CredentialsError, OSError."""
    if not path.exists():
        _make(path)
    key, algorithm = signing_key(str(path))
    public = {**key.as_dict(private=False), "kid": key.kid or key.thumbprint(), "use": "sig", "alg": algorithm}
    return json.dumps({"keys": [public]}, indent=2)


def _make(path: Path) -> None:
    key = ECKey.generate_key("P-384")
    told = {**key.as_dict(private=True), "kid": key.thumbprint()}
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(told, file)
