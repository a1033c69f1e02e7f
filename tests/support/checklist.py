"""RELIABILITY.md section 4, rows A to F: what is expected, and the tests that show it. A page is made of it; a test compares.

PYTHONPATH=tests python -P -m support.checklist > docs/security.md        (make security-page)
"""

import ast
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAD = """# Security, row by row

The rows A to F of the reliability contract (section 4; after OWASP ASVS 5.0 and the API Top 10 of 2023), each with the tests that
show it. Made from `tests/support/checklist.py` by `make security-page`; a test compares, and looks whether every named test is there.
"""
PARTS = {
    "A": "Tenant isolation and authorisation",
    "B": "Tokens, passwords, sessions",
    "C": "WebSocket",
    "D": "Requests to the outside",
    "E": "Secrets and data",
    "F": "Audit chain",
}


@dataclass(frozen=True)
class Line:
    """One row: what is expected, the tests (``file::name``), and the command for what is measured and not tested."""

    expected: str
    tests: str
    command: str = ""

    @property
    def named(self) -> list[str]:
        """Every test, by file and name: a file stands for the names after it."""
        found, file = [], ""
        for word in self.tests.split():
            file, name = word.split("::") if "::" in word else (file, word)
            found.append(f"tests/{file}.py::test_{name}")
        return found


ROWS: dict[str, Line] = {
    "A1": Line(
        "Every operation × everyone; another tenant's thing answers as one that is not there.",
        "authorization/test_matrix::every_operation_of_both_documents_is_in_the_matrix every_operation_answers_as_the_matrix_says "
        "what_is_another_tenants_cannot_be_told_from_what_is_not_there",
        "make authorization",
    ),
    "A2": Line(
        "The same for sockets, streams, uploads, tasks, definitions, cursors and ids in bodies.",
        "experience/test_sockets::another_tenants_execution_and_bad_cursors experience/test_events::nobody_watches_what_is_not_there "
        "experience/test_auth::sessions_are_ones_own authorization/test_matrix::lists_show_nothing_of_another_tenant "
        "runtime/test_submit::a_session_of_somebody_else_opens_nothing",
    ),
    "A3": Line(
        "Two tenants × 1,000 rows interleaved: no foreign row, counts and cursors tell nothing.",
        "authorization/test_bodies_and_lists::two_tenants_with_a_thousand_rows_each_see_their_own "
        "store/test_roles::another_tenant_sees_nothing_and_no_tenant_sees_nothing no_row_can_be_written_into_another_tenant",
    ),
    "A4": Line(
        "`tenant_id`, `role`, `status`, `approved_by`, `id` in each body: 422, never stored.",
        "authorization/test_bodies_and_lists::what_is_the_platforms_to_set_is_422_in_every_body every_body_of_both_documents_is_closed "
        "experience/test_auth::mass_assignment_is_refused",
    ),
    "A5": Line(
        "`X-Tenant`, `X-Forwarded-For`, `X-User-ID` change nothing.",
        "authorization/test_bodies_and_lists::headers_of_a_client_change_nothing "
        "experience/test_auth::clients_cannot_say_who_they_are_by_header",
    ),
    "A6": Line(
        "A workflow started straight at Temporal, or a payload that names another tenant: refused in the activity, audited; Cedar "
        "that cannot decide refuses.",
        "governance/test_interceptors::a_run_started_straight_at_temporal_is_refused_before_anything_runs "
        "a_call_whose_payload_names_another_tenant_is_refused a_run_started_by_a_plain_client_fails_and_nothing_runs "
        "governance/test_security_guard::cedar_that_cannot_decide_is_no rights_that_cannot_be_read_allow_nothing",
    ),
    "A7": Line(
        "A step that names another tenant's thing gets nothing: rights are those of who asked.",
        "authorization/test_deputy::a_reference_of_another_tenant_leads_nowhere search_and_citations_are_of_the_steps_own_tenant "
        "governance/test_security_guard::roles_in_the_principal_are_not_believed",
    ),
    "A8": Line(
        "A role taken away stops the next step; an open socket of an ended session is closed.",
        "governance/test_security_guard::a_right_taken_away_stops_the_next_step_within_five_seconds "
        "governance/test_sdk::a_role_that_is_taken_stops_the_next_step_here_at_once "
        "experience/test_sockets::a_revoked_session_and_the_end_of_life_close_the_socket",
    ),
    "A9": Line(
        "A noisy tenant: fairness keys by tenant and priority by class at every start (the mechanism; the p95 is `make bench ROWS=A9`).",
        "governance/test_chain::an_admission_carries_what_each_service_grants "
        "governance/test_traffic_cop::people_before_programs_before_the_clock",
    ),
    "A10": Line(
        "Whoever asked does not approve, and nobody twice.",
        "governance/test_conductor::whoever_asked_does_not_approve machine/test_approval::a_quorum_needs_different_people "
        "e2e/test_approvals::four_eyes_form_digest_and_one_decision_each",
    ),
    "B11": Line(
        "JWT: `none`, HS256 with the public key, unknown `crit`, `jwk`, `jku`, `kid` tricks, wrong `iss`, `aud`, `typ`, times, 10 KB, "
        "a refresh token as access, a user disabled or logged out: 401, nothing fetched.",
        "public_works/test_auth::hostile_headers_are_refused_without_a_look_outside hostile_claims_are_refused "
        "the_public_key_is_no_hmac_secret ten_kilobytes_are_refused_however_well_signed time_runs_out_and_says_so "
        "a_token_of_one_kind_or_audience_is_none_of_another "
        "governance/test_sdk::a_refresh_token_is_no_access_token_and_the_other_way_round "
        "a_disabled_user_is_nobody_at_once login_authenticate_logout experience/test_auth::two_authorization_headers_are_none",
    ),
    "B12": Line(
        "1,000 random `kid`s leave the known keys in place.",
        "public_works/test_auth::a_flood_of_unknown_keys_leaves_the_known_ones_in_place "
        "governance/test_security_guard::a_flood_of_invented_key_ids_costs_one_query_and_no_key",
    ),
    "B13": Line(
        "argon2id in PHC form, rehashed when weaker; 8 to 1,024 characters, none cut off; the 3,000 most used refused; off the loop.",
        "public_works/test_auth::passwords_are_kept_as_argon2id nothing_is_cut_off_and_one_text_has_one_form "
        "weaker_parameters_are_replaced_at_the_next_log_in what_everybody_tries_first_is_refused fifty_log_ins_do_not_hold_up_the_loop",
    ),
    "B14": Line(
        "Ten wrong passwords, or many accounts from one address: 429 with `Retry-After`, also in another process; live sessions go on.",
        "governance/test_sdk::ten_wrong_passwords_and_the_account_waits_and_its_sessions_do_not "
        "spraying_many_accounts_from_one_address_waits_and_another_process_knows",
    ),
    "B15": Line(
        "A known and an unknown address: same status, body and time.",
        "governance/test_sdk::a_wrong_password_and_an_unknown_address_say_the_same an_unknown_address_takes_as_long "
        "a_taken_address_answers_as_a_new_one_and_changes_nothing public_works/test_auth::an_unknown_user_takes_as_long_as_a_known_one",
    ),
    "B16": Line(
        "A new session per log-in, ended at once by log-out, by idleness and by age, and by another password; refresh tokens work once.",
        "governance/test_sdk::login_authenticate_logout a_refresh_token_works_once_and_a_second_use_ends_the_session "
        "two_at_once_spend_a_refresh_token_once governance/test_coming_in::another_password_ends_the_other_sessions "
        "governance/test_traffic_cop::a_session_ends_by_idleness_and_by_age runtime/test_sessions::a_revoked_session_is_refused_at_once "
        "solution_api/test_login::logging_out_forgets_both_cookies",
    ),
    "B17": Line(
        "A foreign page posts no form and is given leave to read nothing.",
        "authorization/test_bodies_and_lists::a_foreign_page_reads_nothing "
        "console/test_guard::a_foreign_page_posts_nothing_and_opens_no_socket "
        "solution_api/test_codec::other_origins_get_no_answer_and_no_leave",
    ),
    "C1": Line(
        "No or a foreign Origin: 403 at the handshake.",
        "experience/test_sockets::a_foreign_or_missing_origin_is_refused_at_the_handshake a_listed_origin_is_admitted",
    ),
    "C2": Line(
        "No token: closed before any event; a token in the URL is refused.",
        "experience/test_sockets::the_token_may_be_the_first_message_and_never_in_the_url",
    ),
    "C3": Line(
        "Another tenant's topic, and a wildcard, are not found.",
        "experience/test_sockets::another_tenants_execution_and_bad_cursors",
    ),
    "C4": Line(
        "A token or session that ends during the stream closes it; too many sockets, frames and slow readers are closed with a code.",
        "experience/test_sockets::a_revoked_session_and_the_end_of_life_close_the_socket sockets_per_user_are_limited_and_given_back "
        "a_reader_who_does_not_read_is_closed_and_others_are_not frames_over_the_limit_close_the_socket",
    ),
    "D1": Line(
        "Loopback, private, link-local and metadata addresses in every disguise, other schemes: refused, the canary sees no connection.",
        "public_works/test_outbound::nothing_inside_is_called private_stays_private_in_every_disguise "
        "a_name_with_one_private_address_is_refused",
    ),
    "D2": Line(
        "DNS that changes between check and connection; the certificate is still the name's.",
        "public_works/test_outbound::a_name_that_changes_between_check_and_connection_is_called_where_it_was_checked "
        "a_certificate_is_checked_against_the_name_not_the_address",
    ),
    "D3": Line(
        "Redirects off, size and time bounded, CRLF refused, proxies of the environment not used.",
        "public_works/test_outbound::a_redirect_is_an_answer size_and_compression_are_bounded headers_cannot_make_a_second_request "
        "a_proxy_of_the_environment_is_not_used a_slow_answer_is_unavailable_or_unknown_by_what_was_asked",
    ),
    "D4": Line(
        "Default deny; what an operator allows is called, and nothing else.",
        "public_works/test_outbound::what_an_operator_allows_is_called an_entry_allows_nothing_else only_names_all_that_may_be_called",
    ),
    "E18": Line(
        "Canaries in passwords, tokens, keys, secrets, inputs, documents, questions and errors: in no log, event, metric or problem, in "
        "no Temporal and Redis store, and in PostgreSQL only where content is searched; as text, base64 and hex.",
        "e2e/test_canaries::no_canary_is_in_any_log no_canary_is_in_temporals_database_or_histories no_canary_is_in_redis "
        "no_canary_is_in_the_record_in_postgresql no_canary_is_in_any_event no_canary_is_in_any_metric "
        "no_canary_is_in_the_body_of_any_error surface/test_commit::no_payload_lies_in_clear "
        "governance/test_interceptors::a_client_without_the_codec_reads_labels_and_no_payload "
        "public_works/test_outbound::a_refusal_repeats_no_secret "
        "public_works/test_logs::exceptions_tell_their_place_and_only_ours_their_message",
    ),
    "E19": Line(
        "Failure messages and headers are encoded as well; ids and labels hold no personal data.",
        "governance/test_codec::failures_are_encrypted_message_and_stack labels_and_the_sdks_description_stay_in_clear",
    ),
    "E20": Line(
        "After a rotation old values open; a destroyed key, another tenant's ciphertext, one flipped bit and plain text fail by name.",
        "governance/test_codec::after_a_rotation_old_values_open_and_new_ones_use_the_new_key a_destroyed_key_fails_closed_by_name "
        "another_tenants_ciphertext_does_not_decode one_flipped_bit_is_an_error a_payload_in_clear_is_refused "
        "governance/test_subjects::with_the_key_of_a_person_everything_of_that_person_is_gone_and_nothing_else "
        "another_process_opens_what_was_erased_for_two_seconds_at_most "
        "surface/test_erasure::no_row_and_no_object_holds_what_was_erased e2e/test_erasure::an_erased_persons_runs_list_open_and_verify",
    ),
    "E21": Line(
        "Codec server: no token 401, other tenant refused, foreign origin nothing, every decoding a decision.",
        "solution_api/test_codec::who_may_not other_origins_get_no_answer_and_no_leave "
        "a_reader_of_the_tenant_reads_and_a_decision_says_so",
    ),
    "E22": Line(
        "Everything binds loopback unless somebody decides otherwise; production names what is missing.",
        "settings/test_settings::the_defaults_run_on_loopback_with_the_measured_timeouts production_names_what_is_missing "
        "production_refuses_published_secrets",
    ),
    "E23": Line(
        "Uploads: stored by content, names cleaned, limits hold declared or not, nothing is left of a broken one.",
        "experience/test_upload::a_file_becomes_an_artifact_and_an_intent the_limit_holds_declared_or_not "
        "a_sender_who_hangs_up_leaves_nothing malformed_forms_leave_nothing experience/test_upload::empty_files_bad_types_and_no_token",
    ),
    "E24": Line(
        "Webhooks out: signed, two secrets during a rotation, the id stable over retries that last days with jitter, 410 disables; "
        "hooks in: what is altered, unsigned or of another time is not believed.",
        "governance/test_webhooks::a_message_is_signed_by_both_secrets_of_a_rotation gone_disables_the_endpoint_and_ends "
        "everything_else_is_tried_again_under_the_same_id patience_grows_over_days_with_jitter_that_a_replay_draws_again "
        "a_refused_address_is_given_up_at_once governance/test_hooks_in::what_is_altered_unsigned_or_signed_by_another_is_not_believed "
        "a_message_of_another_time_is_not_believed",
    ),
    "E25": Line(
        "Errors are problems without stack, SQL or path; the security headers are on every answer.",
        "experience/test_submit::what_nobody_expected_is_a_problem_without_a_stack refusals_are_problems_with_a_remedy "
        "experience/test_bodies::every_answer_has_the_security_headers experience/test_openapi::generated_requests_meet_no_5xx",
    ),
    "E26": Line(
        "429 with `Retry-After`, `RateLimit` and `RateLimit-Policy`; Idempotency-Key: one key one run, another body 422, missing where "
        "required 400.",
        "governance/test_traffic_cop::a_limit_that_is_reached_says_which_and_how_long processes_share_one_count_on_redis "
        "runtime/test_submit::a_key_means_one_request_for_ever without_a_key_the_city_may_refuse_with_400",
    ),
    "F28": Line(
        "180 of 180 alterations of the chain are found and named; 50 branches and 50 runs at once leave it unbroken; rows only grow; "
        "100,000 rows are verified within 10 s.",
        "surface/test_mutations::every_mutation_is_found surface/test_verify::an_alteration_is_found_and_named "
        "a_lost_tail_is_found_by_its_anchor a_chain_made_anew_is_found_by_its_anchor "
        "a_lost_stream_a_lost_anchor_and_a_forged_one surface/test_commit::fifty_branches_commit_at_once_without_a_gap "
        "store/test_roles::the_app_cannot_change_what_only_grows the_trigger_stops_even_the_owner",
        "make audit",
    ),
}
ELSEWHERE = {"E27": "audit of dependencies: needs the network, so it is no test"}
"""Rows that are not here, and why."""


def missing() -> list[str]:
    """Named tests that there are not."""
    return sorted({name for line in ROWS.values() for name in line.named} - _tests())


def _tests() -> set[str]:
    found = set()
    for file in {name.partition("::")[0] for line in ROWS.values() for name in line.named}:
        if (ROOT / file).exists():
            tree = ast.parse((ROOT / file).read_text("utf-8"))
            nodes = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
            found |= {f"{file}::{node.name}" for node in nodes}
    return found


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for letter, title in PARTS.items():
        parts.append(f"\n## {letter}. {title}\n\n| row | expected | shown by |\n|---|---|---|")
        parts += [_row(name, line) for name, line in ROWS.items() if name[0] == letter]
    parts.append("\nNot here: " + "; ".join(f"{row} ({why})" for row, why in ELSEWHERE.items()) + ".")
    return "\n".join(parts) + "\n"


def _row(name: str, line: Line) -> str:
    shown = [f"`{line.command}`"] if line.command else []
    shown += [f"[{each.partition('::')[2].removeprefix('test_')}](../{each.partition('::')[0]})" for each in line.named]
    return f"| {name} | {line.expected.replace('|', chr(92) + '|')} | {'; '.join(shown)} |"


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201
