"""What the page of one ticket asks for besides: a part of its history, what is new, who else is here."""
