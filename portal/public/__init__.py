"""What anybody can read: the partnership, its priorities, its consultations and their results."""

from __future__ import annotations

import portal.public.colours as colours
import portal.public.comments as comments
import portal.public.consultations as consultations
import portal.public.documents as documents
import portal.public.home as home
import portal.public.partnership as partnership
import portal.public.results as results
import portal.public.statements as statements
from portal.public.blueprint import bp as bp
