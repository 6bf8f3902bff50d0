"""What shows what: which fixture claims which answer of which criterion, and which test stands behind a promise."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from natars_fhir.domain.study import Criterion
from tests import ward

#: The columns of the table: each answer, and each kind of unknown.
KINDS = (
    "yes",
    "no",
    "unknown silent",
    "unknown imprecise",
    "unknown conflicting",
    "unknown pending",
    "unknown needs-attestation",
    "unknown not-yet",
    "not-applicable",
)

#: Decided by → the answers that every leaf of that kind must have a case for.
NEEDED: Mapping[str, frozenset[str]] = {
    "data": frozenset({"yes", "no", "unknown silent", "unknown conflicting", "unknown pending"}),
    "data-or-attestation": frozenset({"yes", "no", "unknown silent", "unknown conflicting", "unknown pending"}),
    "attestation": frozenset({"yes", "no", "unknown needs-attestation", "unknown conflicting"}),
}
#: What cannot be: criterion and answer → why.
NEVER: Mapping[tuple[str, str], str] = {
    ("I-01", "unknown pending"): "a birth date is never preliminary",
    ("I-12", "no"): "every grade of the type is accepted",
}


class Shown(NamedTuple):
    """One promise and the tests behind it, as pytest names them."""

    promise: str
    tests: tuple[str, ...]


#: What screening promises: the rows of the comparison with other tools, by their numbers there.
PROMISES: Mapping[int, Shown] = {
    43: Shown(
        "What a site must hear is delivered: retried, in order, given up with a reason, replayed",
        (
            "tests/interop/test_day_at_two_sites.py::test_a_day_at_two_sites_ends_as_expected_on_both_sides",
            "tests/service/deliver/test_deliver.py::test_a_server_that_fails_is_asked_again_after_a_pause",
            "tests/service/deliver/test_deliver.py::test_after_so_many_attempts_a_letter_is_given_up",
            "tests/service/deliver/test_deliver.py::test_two_deliverers_never_send_the_same_letter",
            "tests/cli/test_outbox.py::test_what_was_refused_ends_the_command_with_1_and_is_explained_and_replayed",
        ),
    ),
    1: Shown(
        "A Bundle that is pushed over HTTP is taken in",
        (
            "tests/web/test_app.py::test_a_transaction_is_answered_by_one",
            "tests/web/test_over_loopback.py::test_a_push_over_http_ends_at_the_sites_server",
        ),
    ),
    2: Shown(
        "Transaction, batch, message, collection and searchset are all taken, each by its own rules",
        (
            "tests/service/test_halting.py::test_a_push_is_answered_as_the_table_says_and_the_counts_agree",
            "tests/web/test_message.py::test_a_message_is_answered_by_a_sound_message",
            "tests/service/ingest/test_ahead.py::test_deletions_go_first_then_creations_then_changes_then_questions",
            "tests/service/ingest/test_ahead.py::test_what_is_not_met_refuses_a_transaction_and_costs_a_batch_one_entry",
        ),
    ),
    5: Shown(
        "What comes again changes nothing, and an older version never wins",
        (
            "tests/web/test_again.py::test_what_is_known_after_a_feed",
            "tests/web/test_message.py::test_the_same_message_again_is_answered_in_the_same_bytes",
            "tests/web/test_at_once.py::test_conditional_creates_at_once_make_one_patient",
            "tests/service/test_corrections.py::test_a_late_older_version_changes_nothing_and_leaves_no_step",
        ),
    ),
    6: Shown(
        "References by urn:uuid, address, containment and identifier",
        (
            "tests/fhir/test_references.py::test_a_whole_transaction_hangs_together",
            "tests/fhir/test_references.py::test_a_urn_names_the_entry_of_the_bundle",
            "tests/fhir/test_references.py::test_a_reference_by_identifier",
            "tests/service/ingest/test_ahead.py::test_a_conditional_reference_of_a_transaction_means_one_resource",
            "tests/service/ingest/test_ahead.py::test_a_urn_that_no_entry_has_is_told_and_costs_no_other",
        ),
    ),
    7: Shown(
        "Corrections and deletions undo what was derived",
        (
            "tests/service/test_corrections.py::test_everything_follows_a_correction",
            "tests/web/test_interactions.py::test_a_resource_is_created_read_changed_deleted_and_its_history_is_told",
        ),
    ),
    8: Shown(
        "Patients are merged and parted",
        (
            "tests/service/test_corrections.py::test_merged_patients_join_and_can_be_parted_again",
            "tests/service/test_all_that_is_known.py::test_patients_joined_by_mistake_part_when_the_number_is_corrected",
        ),
    ),
    10: Shown(
        "Size, depth, entries and rate have limits, each with a clear answer",
        (
            "tests/web/test_body.py::test_a_body_over_the_limit_is_refused_without_a_declared_length_and_not_read_on",
            "tests/web/test_body.py::test_too_many_entries_are_refused",
            "tests/web/test_depth.py::test_a_text_that_is_too_deep_is_answered_and_not_parsed",
            "tests/web/test_limits.py::test_a_site_that_asks_too_often_waits_and_the_others_do_not",
        ),
    ),
    11: Shown(
        "R4, R4B and R5",
        (
            "tests/test_r5_pairs.py::test_a_fixture_told_in_r5_is_the_same_record",
            "tests/test_r5_pairs.py::test_r4b_is_read_as_r4",
            "tests/web/test_interactions.py::test_each_base_gives_its_own_version_back",
        ),
    ),
    57: Shown(
        "A yes is durable: killed at any moment, nothing is missing, half there, or sent with another meaning",
        (
            "tests/service/test_crash.py::test_a_server_that_is_killed_under_load_has_kept_what_it_acknowledged_and_sends_it_once",
            "tests/web/test_away.py::test_a_database_that_was_away_is_used_again_without_a_restart",
        ),
    ),
    58: Shown(
        "Small: one process and one file are enough, in bounded memory; what outgrows them is not needed before",
        (
            "tests/service/ingest/test_load.py::test_four_times_the_lines_need_no_more_memory",
            "tests/bulk/test_streams.py::test_four_times_the_rows_need_no_more_memory",
            "tests/bulk/test_spill.py::test_memory_holds_no_more_than_was_allowed",
            "tests/test_deploy.py::test_what_a_unit_sets_can_be_read",
            "tests/bulk/test_spark.py::test_a_cluster_answers_of_the_fixtures_as_one_process_does",
            "tests/service/test_several_servers.py::test_one_of_three_servers_is_killed_under_load",
            "tests/store/test_partitions.py::test_pushes_go_on_as_in_a_store_that_is_whole",
            "tests/test_footprint.py::test_files_are_screened_and_kept_by_one_small_process_that_asks_for_nothing_else",
            "tests/cli/test_screen_killed.py::test_no_worker_outlives_a_run_that_is_killed",
        ),
    ),
    59: Shown(
        "Each site is known by itself, and sees its own on every route",
        (
            "tests/web/test_isolation.py::test_nothing_that_a_site_said_is_told_to_another",
            "tests/web/test_isolation.py::test_nothing_of_a_site_is_changed_by_what_another_asks",
            "tests/web/test_needs.py::test_every_route_of_the_application_says_who_may",
            "tests/store/test_walls.py::test_a_sites_store_shows_its_own_rows_though_the_question_names_no_site",
        ),
    ),
    65: Shown(
        "Pages for people, by keyboard alone, without barriers, on a telephone and on paper",
        (
            "tests/pages/test_every_page.py::test_a_page_is_free_of_barriers_and_of_anything_from_elsewhere",
            "tests/pages/test_every_page.py::test_a_page_in_chinese_is_too_and_fits_a_telephone_and_prints_without_what_is_for_the_screen",
            "tests/pages/test_login_stories.py::test_a_coordinator_logs_in_and_out_with_the_keyboard_alone",
            "tests/pages/test_login_stories.py::test_what_an_operator_typed_when_the_session_ended_is_there_after_the_login",
            "tests/pages/test_patient.py::test_by_the_keyboard_alone_a_patient_is_found_evidence_read_a_statement_made_and_signed",
        ),
    ),
    66: Shown(
        "Every page in Chinese and in English",
        (
            "tests/web/pages/test_words.py::test_every_text_that_is_said_has_its_chinese",
            "tests/web/pages/test_words.py::test_a_template_says_nothing_in_a_language_of_its_own",
            "tests/web/pages/test_issue_words.py::test_every_sentence_that_is_said_of_data_has_its_chinese",
            "tests/domain/test_trial.py::test_every_assumption_is_told_in_chinese_too",
            "tests/web/pages/test_empty.py::test_with_nothing_to_show_every_page_says_so_in_both_languages",
            "tests/pages/test_login_stories.py::test_the_language_is_switched_where_one_is_and_stays",
        ),
    ),
    60: Shown(
        "SMART Backend Services: a client signs, and gets a short token",
        (
            "tests/web/test_oauth.py::test_a_client_gets_a_token_and_pushes_with_it",
            "tests/service/access/test_grant.py::test_who_does_not_prove_itself_gets_nothing_and_nobody_is_asked",
            "tests/service/access/test_grant.py::test_of_many_workers_at_once_one_takes_the_assertion",
        ),
    ),
    3: Shown(
        "Every entry is answered for itself; one that is bad does not lose the rest",
        (
            "tests/service/test_halting.py::test_a_push_is_answered_as_the_table_says_and_the_counts_agree",
            "tests/service/test_halting.py::test_in_a_file_it_costs_the_lines_beside_it_nothing",
        ),
    ),
    4: Shown(
        "What could not be used is kept, and replayed after a mapping fix",
        (
            "tests/service/remap/test_replay.py::test_what_a_new_mapping_can_use_is_taken_in_and_leaves",
            "tests/service/remap/test_replay.py::test_the_order_is_kept",
            "tests/service/remap/test_remap.py::test_a_mended_file_releases_what_was_set_apart_though_nothing_else_is_known",
        ),
    ),
    9: Shown(
        "NDJSON in bulk, resumed where it was broken off",
        (
            "tests/cli/test_load.py::test_a_run_that_is_killed_at_any_moment_leaves_in_the_end_what_an_unbroken_one_leaves",
            "tests/service/ingest/test_load.py::test_what_bulk_export_says_is_deleted_is_taken_back",
            "tests/service/ingest/test_load.py::test_four_times_the_lines_need_no_more_memory",
            "tests/bulk/test_hospital.py::test_a_run_that_broke_off_goes_on_and_comes_to_the_same",
            "tests/cli/test_screen_killed.py::test_a_run_that_is_killed_at_every_step_comes_to_what_an_unbroken_one_comes_to",
            "tests/service/screening/test_pace.py::test_files_leave_what_pushes_leave_however_often_somebody_is_screened_between",
            "tests/bulk/test_hospital.py::test_the_same_answers_wherever_the_cuts_are",
            "tests/bulk/test_hospital.py::test_needles_find_everybody_in_scope_with_the_same_answers",
            "tests/interop/test_pull.py::test_by_export_every_file_comes_and_then_only_what_changed",
            "tests/cli/test_pull.py::test_a_pull_that_is_killed_in_the_middle_of_a_download_goes_on_there",
            "tests/service/pull/test_bulk.py::test_what_is_said_to_be_deleted_is_taken_back",
            "tests/service/pull/test_bulk.py::test_a_file_that_is_gone_has_the_export_made_once_more_and_no_oftener",
        ),
    ),
    28: Shown(
        "A person confirms or overrides with a reason; it survives a push",
        (
            "tests/service/people/test_people.py::test_an_override_corrects_and_the_subject_follows",
            "tests/service/people/test_people.py::test_a_statement_survives_pushes_and_is_flagged_when_what_it_rested_on_changes",
        ),
    ),
    29: Shown(
        "The source changed after review: flagged for re-review",
        (
            "tests/domain/test_people.py::test_a_statement_beside_the_data",
            "tests/domain/test_signing.py::test_new_data_after_the_signature",
        ),
    ),
    30: Shown(
        "A log that shows whether it was tampered with",
        (
            "tests/store/test_seals.py::test_any_single_change_is_found_with_its_place",
            "tests/store/test_seals.py::test_a_head_that_was_kept_tells_of_a_tail_that_was_cut",
            "tests/cli/test_audit.py::test_what_was_changed_is_told_with_its_row",
        ),
    ),
    31: Shown(
        "A result for every criterion",
        (
            "tests/cli/test_screen.py::test_every_criterion_says_what_the_contract_asks",
            "tests/test_fixtures.py::test_every_answer_that_can_be_has_a_case",
        ),
    ),
    32: Shown(
        "Met, not met, unknown and for people to say are told apart",
        (
            "tests/domain/test_laws.py::test_the_verdict_is_the_fold_of_the_leaves",
            "tests/test_fixtures.py::test_every_answer_that_can_be_has_a_case",
        ),
    ),
    33: Shown(
        "Evidence and a sentence for every criterion",
        (
            "tests/domain/test_sentence.py::test_a_sentence_of_an_unknown_says_what_would_decide_it",
            "tests/test_laws.py::test_what_every_fact_stands_on_is_found_again",
            "tests/cli/test_explain.py::test_every_criterion_is_told_with_the_words_it_stands_on",
        ),
    ),
    34: Shown(
        "Bars that can change are told from those that cannot, with the day",
        (
            "tests/domain/test_again.py::test_bars_that_can_change_are_told_from_those_that_cannot",
            "tests/domain/test_again.py::test_between_today_and_the_day_told_no_answer_changes_and_on_it_it_does",
            "tests/service/screening/test_daily.py::test_an_infarction_lifts_its_bar_on_the_day_that_was_told",
        ),
    ),
    35: Shown(
        "Lookback windows, and the day asked for",
        (
            "tests/domain/test_again.py::test_the_first_day_on_which_time_alone_changes_an_answer",
            "tests/domain/test_laws.py::test_what_is_dated_later_than_the_day_asked_for_changes_no_answer",
            "tests/test_laws.py::test_nothing_later_than_the_day_asked_for_changes_an_answer",
        ),
    ),
    36: Shown(
        "Rules that depend on the histology",
        (
            "tests/domain/test_tumour_criteria.py::test_both_stains_must_be_positive_in_ddlps",
            "tests/domain/test_tumour_criteria.py::test_size_of_a_leiomyosarcoma",
            "tests/domain/test_switches.py::test_each_setting_answers_as_it_says",
        ),
    ),
    37: Shown(
        "The form goes out as a QuestionnaireResponse, and comes back",
        (
            "tests/emit/test_questionnaire_response.py::test_the_prefilled_form_is_valid_in_r4_and_r5",
            "tests/service/people/test_people.py::test_a_form_that_comes_back_as_it_was_opened_says_nothing_new",
            "tests/web/test_response.py::test_a_response_is_heard_at_both_bases",
        ),
    ),
    38: Shown(
        "What is missing, and what would decide",
        (
            "tests/service/worklist/test_log.py::test_what_is_missing_is_counted_over_all_patients",
            "tests/cli/test_log.py::test_what_is_missing_as_json_csv_and_table",
        ),
    ),
    39: Shown(
        "A screening list for people: filtered, sorted, searched, with counts that agree with the log",
        (
            "tests/pages/test_worklist.py::test_the_counts_above_the_list_are_those_of_the_log",
            "tests/pages/test_worklist.py::test_filters_stay_in_the_address_and_can_be_left_again",
            "tests/web/pages/test_worklist.py::test_a_number_goes_neither_into_an_address_nor_into_the_log",
            "tests/service/worklist/test_worklist_page.py::test_what_is_new_since_yesterday_stands_beside_the_line",
        ),
    ),
    40: Shown(
        "A screening log with the reasons of failures, as CONSORT counts",
        (
            "tests/service/worklist/test_log.py::test_the_counts_are_those_of_a_consort_diagram",
            "tests/service/worklist/test_log.py::test_everybody_in_scope_stands_in_one_place_and_the_first_bar_is_named",
            "tests/pages/test_office.py::test_enrolment_is_seen_narrowed_to_a_site_and_taken_away",
        ),
    ),
    41: Shown(
        "ResearchStudy: the trial and the site's part of it",
        (
            "tests/emit/test_on_request.py::test_the_study_as_it_ships_is_valid_and_says_what_is_registered",
            "tests/emit/test_on_request.py::test_the_study_says_whom_it_asks_for_as_each_version_has_it",
        ),
    ),
    42: Shown(
        "ResearchSubject with status history and arm",
        (
            "tests/emit/test_progress.py::test_each_step_has_its_state_its_cause_and_its_days",
            "tests/service/people/test_moves.py::test_the_site_hears_the_whole_way_with_days_and_causes",
            "tests/domain/test_life.py::test_nobody_is_eligible_without_a_standing_signature",
        ),
    ),
    44: Shown(
        "People are told by mail, at the hours that the site sets, with counts and no patient",
        (
            "tests/service/upkeep/test_digest.py::test_a_mail_has_counts_and_links_and_names_nobody",
            "tests/service/upkeep/test_digest.py::test_of_several_workers_one_sends_it",
        ),
    ),
    45: Shown(
        "A card at the bedside (CDS Hooks), and a Task that says what is missing and closes by itself",
        (
            "tests/web/test_cds_hooks.py::test_a_card_is_valid_and_in_the_users_language",
            "tests/service/bedside/test_bedside.py::test_a_card_that_was_put_away_with_a_reason_stays_away_until_the_findings_change",
            "tests/service/ingest/test_returned.py::test_a_site_is_asked_once_for_what_is_missing_in_both_languages",
            "tests/service/ingest/test_returned.py::test_what_arrives_is_asked_no_more_and_the_request_is_the_same_one",
            "tests/service/ingest/test_returned.py::test_a_request_that_the_site_declines_is_not_asked_again",
        ),
    ),
    48: Shown(
        "CDISC ODM 1.3.2 and Dataset-JSON 1.1, after SDTM",
        (
            "tests/export/cdisc/test_faults.py::test_every_concept_of_the_trial_has_a_place_or_a_reason",
            "tests/export/cdisc/test_rows.py::test_a_fact_stands_in_its_dataset",
            "tests/export/cdisc/test_odm.py::test_the_schema_and_the_rules_of_odm_are_kept",
            "tests/export/cdisc/test_odm.py::test_every_row_and_value_is_read_back",
            "tests/export/cdisc/test_dataset_json.py::test_another_library_reads_it_by_the_rules",
            "tests/export/cdisc/test_dataset_json.py::test_every_row_and_value_is_read_back",
        ),
    ),
    49: Shown(
        "Flat tables as CSV, Parquet and XLSX with a data dictionary",
        (
            "tests/export/test_parquet.py::test_every_row_and_value_is_read_back",
            "tests/export/test_workbook.py::test_every_row_and_value_is_read_back",
            "tests/export/test_workbook.py::test_a_planted_text_stays_a_text",
            "tests/service/export/test_tables.py::test_no_form_holds_what_names_a_person_or_a_day",
            "tests/service/export/test_tables.py::test_of_what_was_planted_in_every_place_of_a_record_nothing_is_in_a_table",
            "tests/export/test_tables.py::test_every_column_is_explained_once_in_both_languages",
            "tests/export/test_tables.py::test_every_value_is_of_the_type_that_the_dictionary_says",
            "tests/cli/test_endpoints.py::test_the_tables_are_written_with_their_dictionary",
        ),
    ),
    47: Shown(
        "NDJSON by `$export`, resumable, and since an earlier export what changed and what is gone",
        (
            "tests/interop/test_bulk_client.py::test_what_the_client_has_is_what_the_store_gives_line_by_line",
            "tests/web/test_bulk_export.py::test_a_download_that_broke_off_goes_on_where_it_was",
            "tests/service/export/test_bulk_export_changes.py::test_who_takes_over_what_is_told_since_then_holds_what_there_is",
            "tests/service/export/test_bulk_export_work.py::test_a_process_that_is_killed_in_mid_work_leaves_its_job_to_the_next",
            "tests/service/export/test_bulk_export_work.py::test_deletions_are_those_of_whom_and_what_is_asked_for",
            "tests/service/export/test_bulk_export_form.py::test_in_r5_every_line_is_said_whole_and_is_valid",
            "tests/cli/test_export.py::test_every_type_has_its_file_and_the_manifest_and_the_checksums_hold",
        ),
    ),
    50: Shown(
        "A reproducible freeze with manifest and checksums, verified and compared",
        (
            "tests/service/freeze/test_write.py::test_the_same_store_day_and_code_give_the_same_bytes_manifest_included",
            "tests/service/freeze/test_write.py::test_both_databases_give_the_same_bytes",
            "tests/service/freeze/test_write.py::test_it_is_of_one_moment_though_pushes_go_on",
            "tests/service/freeze/test_write.py::test_what_was_interrupted_leaves_nothing_behind",
            "tests/service/freeze/test_write.py::test_every_part_gives_the_same_bytes_and_nothing_that_identifies",
            "tests/service/freeze/test_verify.py::test_what_was_done_to_it_is_told",
            "tests/service/freeze/test_verify.py::test_sha256sum_takes_the_sums",
            "tests/pages/test_office.py::test_a_freeze_is_started_watched_verified_and_fetched",
            "tests/service/freeze/test_compare.py::test_a_later_progression_is_told_with_the_decisions_that_differ",
            "tests/web/pages/office/test_comparison.py::test_the_page_says_what_the_command_says",
        ),
    ),
    51: Shown(
        "PFS and OS from the date of surgery, Kaplan-Meier, by arm",
        (
            "tests/domain/endpoints/test_time_to_event.py::test_progression_free_survival",
            "tests/domain/endpoints/test_time_to_event.py::test_overall_survival",
            "tests/export/test_survival.py::test_the_log_rank_test_as_r_prints_it",
            "tests/export/test_survival.py::test_log_log_limits_as_venables_and_ripley_print_them",
            "tests/export/test_summary.py::test_survival_is_told_by_parameter_and_arm",
            "tests/export/figures/test_kaplan_meier.py::test_numbers_at_risk_are_those_that_lifelines_counts",
            "tests/export/figures/test_written.py::test_the_svg_says_the_numbers_at_risk",
            "tests/export/figures/test_consort.py::test_from_allocation_on_the_endpoints_count_by_arm",
            "tests/pages/test_office.py::test_the_files_hold_the_numbers_that_the_commands_print",
        ),
    ),
    52: Shown(
        "Each endpoint tells how it was derived, and what its data lacks",
        (
            "tests/domain/endpoints/test_time_to_event.py::test_the_trace_tells_each_decision_in_order",
            "tests/domain/endpoints/test_derive.py::test_what_is_wrong_with_the_data_is_told",
            "tests/domain/endpoints/test_quality.py::test_surgery_before_birth",
            "tests/domain/endpoints/test_quality.py::test_progression_before_surgery",
            "tests/domain/endpoints/test_quality.py::test_death_twice_with_different_dates",
            "tests/domain/endpoints/test_quality.py::test_visits_before_consent",
            "tests/cli/test_endpoints.py::test_one_subject_with_each_decision",
            "tests/pages/test_office.py::test_from_the_curves_to_each_line_of_a_subjects_derivation",
        ),
    ),
    53: Shown(
        "Visits that are due: 1 and 7 days into each cycle; morbidity at 30, 90 and 365 days",
        (
            "tests/domain/endpoints/test_cycles.py::test_what_is_due_depends_on_the_day",
            "tests/domain/endpoints/test_morbidity.py::test_a_complication_counts_up_to_the_last_day_of_a_window",
            "tests/cli/test_endpoints.py::test_visits_that_are_due",
            "tests/export/test_agenda.py::test_a_safety_visit_is_due_then_overdue_then_missed",
            "tests/export/test_agenda.py::test_follow_up_after_surgery_is_due_on_the_last_day_of_each_window",
            "tests/pages/test_office.py::test_the_files_hold_the_numbers_that_the_commands_print",
        ),
    ),
    54: Shown(
        "Enrolment against 102, by site",
        ("tests/export/test_tables.py::test_enrolment_is_counted_by_site_and_month_against_the_plan",),
    ),
    55: Shown(
        "Metrics and health",
        (
            "tests/web/test_operations.py::test_what_came_in_is_counted_by_its_fate_and_its_issues_by_code",
            "tests/web/test_operations.py::test_what_hinders_the_work_is_told",
            "tests/test_privacy_served.py::test_nothing_of_a_patient_is_in_it",
            "tests/pages/test_office.py::test_enrolment_is_seen_narrowed_to_a_site_and_taken_away",
        ),
    ),
    13: Shown(
        "A site's mapping is declared, versioned, and kept with who made it",
        (
            "tests/service/remap/test_mapped.py::test_a_version_counts_only_once_it_is_made_active_and_the_data_follows",
            "tests/service/remap/test_mapped.py::test_going_back_is_a_turn_of_its_own_and_undoes_what_was_read",
            "tests/web/pages/test_mapping.py::test_of_two_people_the_second_is_told_and_what_they_chose_stays",
        ),
    ),
    14: Shown(
        "What would be read of a sample is shown, and nothing of it kept",
        ("tests/web/pages/test_mapping.py::test_a_report_is_read_with_its_words_marked_and_nothing_is_kept",),
    ),
    15: Shown(
        "What is not mapped is listed by site with counts, first, last and a hint, and mapped there",
        (
            "tests/service/remap/test_gaps.py::test_a_gap_is_counted_with_its_first_and_last_day_and_a_hint",
            "tests/web/pages/test_mapping.py::test_many_codes_are_paged_and_counts_are_readable",
            "tests/pages/test_desk.py::test_a_code_is_mapped_and_made_active_by_the_keyboard_alone",
            "tests/pages/test_desk.py::test_a_name_in_words_is_mapped_by_the_keyboard_alone",
        ),
    ),
    56: Shown(
        "A changed map reads all history again, and its difference is shown first",
        (
            "tests/service/remap/test_mapped.py::test_what_would_change_is_told_before_it_does",
            "tests/service/remap/test_remap.py::test_a_new_line_makes_facts_of_what_is_known",
        ),
    ),
    46: Shown(
        "The record as mCODE resources, a profile claimed only where what it asks for is there",
        (
            "tests/export/research/test_record.py::test_every_type_comes_in_its_place_and_nothing_is_left_out",
            "tests/export/research/test_record.py::test_profiles_are_claimed_only_where_what_they_ask_for_is_there",
            "tests/service/export/test_exporting.py::test_every_concept_has_a_place_or_a_reason_to_stay",
            "tests/service/export/test_exported.py::test_every_judge_finds_every_resource_valid",
        ),
    ),
    61: Shown(
        "Pseudonyms, one shift of dates a subject, and nothing goes out that no rule lets out",
        (
            "tests/service/export/test_exported.py::test_of_what_was_planted_in_every_place_nothing_comes_out",
            "tests/export/test_allowed.py::test_an_element_without_a_rule_stays_and_is_told_by_its_place_alone",
            "tests/export/test_shift.py::test_an_interval_between_two_days_is_kept_to_the_day",
            "tests/export/test_shift.py::test_a_partial_date_stays_true_or_is_not_said",
            "tests/mapping/test_exporting.py::test_a_rule_that_cannot_be_honoured_is_a_fault",
        ),
    ),
    62: Shown(
        "Withdrawal gates the use of data, and purges with a certificate",
        (
            "tests/service/export/test_exported.py::test_whose_use_of_data_was_withdrawn_is_left_out_and_counted_by_site_and_arm",
            "tests/service/export/test_exported.py::test_who_left_follow_up_keeps_what_was_before_and_is_censored",
            "tests/service/people/test_moves.py::test_after_the_use_of_data_is_withdrawn_only_the_end_is_told",
            "tests/service/upkeep/test_purge.py::test_nothing_of_the_person_is_left_and_the_certificate_says_what_was_where",
            "tests/service/upkeep/test_purge.py::test_after_a_restore_of_an_older_backup_the_tombstones_forget_again",
        ),
    ),
}


@cache
def claimed() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Criterion and answer → the cases that claim it, as ``site/case``."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for case in ward.cases():
        for patient in tomllib.loads((case / "claims.toml").read_text("utf-8"))["patient"]:
            for name, said in patient["criteria"].items():
                kind = "not-applicable" if said.endswith("not-applicable") else said
                found.setdefault((name, kind), {})[f"{case.parent.name}/{case.name}"] = None
    return {key: tuple(cases) for key, cases in found.items()}


def needed(criterion: Criterion) -> frozenset[str]:
    """The answers of a criterion that must have a case."""
    if criterion.parts or criterion.advisory:
        return frozenset()
    never = {kind for name, kind in NEVER if name == criterion.id}
    return NEEDED[criterion.decided_by] - never


def rows() -> Iterator[tuple[str, ...]]:
    """Criterion × answer: a case that shows it, and how many more there are."""
    for criterion in ward.mappings().study.criteria:
        cells = [_cell(claimed().get((criterion.id, kind), ())) for kind in KINDS]
        yield (f"[{criterion.id}](criteria.md#{criterion.id.lower()})", *cells)


def _cell(cases: tuple[str, ...]) -> str:
    if not cases:
        return ""
    more = f" +{len(cases) - 1}" if len(cases) > 1 else ""
    # the case with the shortest name is the one made for it, more often than not
    first = min(cases, key=lambda case: (len(case), case))
    return f"[{first.partition('/')[0][-1].upper()}](../fixtures/{first}){more}"
