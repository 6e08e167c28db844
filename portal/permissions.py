"""Who may do what: one row for every address. An endpoint that is not in the table cannot be reached."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flask import Flask, abort, request


class Permission(StrEnum):
    PUBLIC = "public"
    """Anybody, from any cache: no session, no cookie."""
    RESPOND = "respond"
    """Anybody who answers: a cookie for their own draft only, never cached."""
    PROBE = "probe"
    """Machines that ask whether the portal works."""
    DOOR = "door"
    """Anybody, but never from a cache: signing in, and single-use links."""
    OFFICE = "office"
    """Officers with one of the roles of the row in :data:`ROLES`."""


def _rows(permission: Permission, blueprint: str, names: str) -> dict[str, Permission]:
    return {f"{blueprint}.{name}": permission for name in names.split()}


@dataclass(frozen=True)
class Row:
    """Who may open an office address: ``roles`` everything, ``read`` only GET. Empty: every officer."""

    roles: frozenset[str]
    read: frozenset[str] = frozenset()

    def allows(self, roles: frozenset[str], method: str) -> bool:
        """Whether somebody with these roles may send a request of this method."""
        if not self.roles or not self.roles.isdisjoint(roles):
            return True
        return method in ("GET", "HEAD", "OPTIONS") and not self.read.isdisjoint(roles)


def _office(names: str, roles: str, *, read: str = "") -> dict[str, Row]:
    row = Row(frozenset(roles.split()), frozenset(read.split()))
    return {f"office.{name}": row for name in names.split()}


ROLES: dict[str, Row] = {
    **_office("today account account_password account_codes sign_out sign_out_everywhere confirm", ""),
    **_office(
        "people invite person person_roles person_leave person_recover link_confirm link_end",
        "administrator",
        read="auditor",
    ),
    **_office("board board_survey board_figure", "consultation analyst administrator member", read="auditor"),
    **_office(
        "reach meeting_new meeting inbox submission",
        "consultation administrator",
        read="member auditor analyst",
    ),
    **_office("reach_group round_stakeholder", "consultation administrator"),
    **_office("health", "administrator information consultation", read="auditor"),
    **_office("complaints complaint", "information administrator", read="auditor"),
    **_office("outcome outcome_told outreach mail_merge", "consultation administrator", read="auditor"),
    **_office("outbox letter_again", "administrator consultation information safeguarding", read="auditor"),
    **_office(
        "keying keying_survey batch form_spoiled form_typed form_again invitations invitation_renew "
        "invitation_revoke sheet_typed sheet_blank",
        "consultation administrator",
        read="auditor",
    ),
    **_office(
        "releases release release_begin release_tables release_finding release_approve release_publish "
        "release_abandon release_link release_link_end",
        "consultation analyst administrator",
        read="member auditor",
    ),
    **_office(
        "safeguarding concern concern_read concern_reveal concern_tell concern_classify concern_conclude "
        "concern_release",
        "safeguarding",
    ),
    **_office("appeals appeal appeal_settle", "moderator"),
    **_office(
        "requests request request_acknowledge request_extend request_decide request_sent "
        "request_copy request_public",
        "information",
    ),
    **_office("search search_receipt erase", "information"),
    **_office("retention retention_rule retention_start", "information administrator", read="auditor"),
    **_office(
        "rounds round round_new round_override round_surveys round_survey_out round_languages "
        "round_equality round_publicity round_stakeholders round_sendings round_documents "
        "round_approve_alone round_approval_link round_link_end round_open round_change "
        "round_as_seen round_page_as_seen round_survey_as_seen round_document_as_seen "
        "round_colours_as_seen round_reason_in",
        "consultation administrator",
        read="auditor member moderator safeguarding information analyst",
    ),
    **_office(
        "round_part",
        "consultation administrator information",
        read="auditor member moderator safeguarding analyst",
    ),
    **_office(
        "round_approval",
        "consultation administrator moderator safeguarding information analyst member",
        read="auditor",
    ),
    **_office("round_cover", "consultation administrator safeguarding", read="auditor"),
    **_office(
        "texts text_kind text text_new text_publish text_shown text_history text_bring_back text_preview "
        "text_offers text_settle text_emblem",
        "consultation administrator information",
        read="auditor safeguarding",
    ),
    **_office("text_checked", "consultation administrator safeguarding"),
    **_office(
        "desk desk_survey desk_question desk_figure",
        "analyst",
        read="consultation moderator safeguarding information member auditor administrator",
    ),
    **_office("coding coding_next coding_learn coding_decide", "analyst moderator", read="auditor"),
    **_office("desk_view_save desk_view_forget desk_exact desk_export desk_comments", "analyst"),
    **_office("census", "analyst consultation administrator", read="member auditor"),
    **_office(
        "comments comments_claim comments_release comments_alike comments_settings comments_mode "
        "own_word_add own_word_remove comment comment_decide comment_words comment_translate comment_pass "
        "comment_refer comment_quote comment_skip quotes quote_link quote_link_end",
        "moderator",
    ),
    **_office(
        "year year_of year_new year_move year_arrange year_carry scoring scoring_choose",
        "consultation administrator",
        read="analyst member moderator auditor",
    ),
    **_office(
        "evidence evidence_crime evidence_new evidence_item evidence_assessment evidence_harm",
        "analyst consultation administrator",
        read="member auditor",
    ),
    **_office("evidence_problem evidence_problem_new", "analyst consultation", read="member"),
    **_office(
        "decision_now decision decision_begin decision_words decision_entry decision_theme decision_themes "
        "decision_priority decision_minutes decision_sensitivity decision_adopt decision_word decision_read",
        "consultation member",
        read="administrator analyst auditor",
    ),
    **_office("decision_publish", "consultation"),
    **_office("themes theme_frame theme", "moderator consultation analyst"),
    **_office(
        "campaigns campaign_survey campaign_tables campaign_regroup exclusion_propose exclusion_confirm "
        "exclusion_refuse exclusion_lift",
        "moderator consultation analyst",
        read="auditor",
    ),
    **_office(
        "builder builder_begin builder_correct builder_draft builder_history builder_step builder_undo "
        "builder_redo builder_aside builder_settings builder_tables builder_page_add builder_page "
        "builder_page_act builder_question_add builder_frame builder_holder builder_question "
        "builder_question_act builder_answers builder_option builder_row builder_bank builder_remark "
        "builder_remark_settle builder_route builder_condition builder_route_act builder_map "
        "builder_languages builder_translations builder_checked builder_preview builder_preview_end "
        "builder_publish builder_xlsform_import builder_texts_import builder_word builder_paper "
        "builder_tables_act builder_group_add builder_group builder_sum_add builder_sum builder_table_add "
        "builder_table builder_paper_word builder_json builder_texts builder_xlsform builder_approve",
        "consultation administrator",
        read="auditor member analyst",
    ),
    **_office(
        "plan_begin plan_introduction plan_import plan_item_new plan_item plan_item_withdraw plan_report",
        "consultation member administrator",
        read="analyst auditor",
    ),
    **_office(
        "plan plan_year plan_late plan_sheet plan_word evidence_pack evidence_pack_paper",
        "consultation member administrator",
        read="analyst auditor",
    ),
    **_office("plan_publish", "consultation administrator"),
    **_office(
        "scrutiny recommendation plan_sent", "consultation member administrator", read="analyst auditor"
    ),
    **_office(
        "report_back report_back_year report_back_word",
        "consultation administrator",
        read="member analyst auditor",
    ),
    **_office("report_back_draft report_back_publish", "consultation administrator"),
    **_office("publications publication", "consultation administrator", read="member analyst auditor"),
    **_office("publication_file", "consultation administrator", read="member auditor"),
    **_office("publication_publish publication_withdraw publication_attach", "consultation administrator"),
    **_office("audit audit_check audit_csv", "administrator auditor information"),
}
"""One row for every office address. With no role named, every officer may."""


PERMISSIONS: dict[str, Permission] = {
    "static": Permission.PUBLIC,
    **_rows(Permission.PROBE, "health", "alive ready metrics"),
    **_rows(
        Permission.PUBLIC,
        "public",
        "home have_your_say round priorities priority areas area partners about results survey_results "
        "table_csv table_json figure_json dictionary comparisons done help accessibility privacy "
        "privacy_young cookies languages contact colours short short_qr poster leaflet councillors",
    ),
    **_rows(Permission.PUBLIC, "public", "year evidence census decision"),
    **_rows(Permission.PUBLIC, "public", "comments moderation_policy with_without"),
    **_rows(Permission.PUBLIC, "public", "results_file embed"),
    **_rows(Permission.PUBLIC, "public", "figure figure_docx picture_svg picture_png order_json order_png"),
    **_rows(Permission.PUBLIC, "public", "since_json since_svg since_png"),
    **_rows(Permission.PUBLIC, "public", "share_site share_round share_results"),
    **_rows(Permission.PUBLIC, "public", "plans plan documents document document_file public_meetings"),
    **_rows(Permission.PUBLIC, "public", "emblem round_document"),
    **_rows(
        Permission.PUBLIC,
        "api",
        "index rounds_list round surveys_list survey release table priorities plans plan openapi",
    ),
    **_rows(
        Permission.RESPOND,
        "respond",
        "start page offer check send confirmation stop hand_over save resume receipt withdrawal permission "
        "appeal leave left what_exit_hides form stay away invited updates",
    ),
    **_rows(Permission.RESPOND, "letterbox", "updates leave stop complaint complaint_sent"),
    **_rows(Permission.DOOR, "office", "sign_in join round_signing release_signing quote_signing"),
    **_rows(Permission.DOOR, "preview", "start page offer check stop end form"),
    **dict.fromkeys(ROLES, Permission.OFFICE),
}


def permission_of(endpoint: str | None) -> Permission | None:
    return PERMISSIONS.get(endpoint or "")


def guard() -> None:
    """Before every request: no row in the table, no page."""
    if request.endpoint is not None and permission_of(request.endpoint) is None:
        abort(404)


def init_app(app: Flask) -> None:
    app.before_request(guard)
