"""Screening: patients are screened anew when what is known of them, or the day, has changed."""
