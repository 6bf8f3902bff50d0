"""People: what named persons say of patients and cause of subjects."""
