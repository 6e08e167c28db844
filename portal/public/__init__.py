"""What anybody can read: the partnership, its priorities, its consultations and their results."""

from __future__ import annotations

import portal.public.colours
import portal.public.comments
import portal.public.consultations
import portal.public.documents
import portal.public.embeds
import portal.public.home
import portal.public.outreach
import portal.public.partnership
import portal.public.pictures
import portal.public.plan
import portal.public.publications
import portal.public.released_files
import portal.public.results
import portal.public.statements
import portal.public.with_without
import portal.public.year
from portal.public.blueprint import bp as bp
