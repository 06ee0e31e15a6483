//! The contract of the store: one suite, run on SQLite and on PostgreSQL. Adding a test: write an async function that
//! takes an [`Arranged`](support::Arranged), and name it below.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

mod admin;
mod alerts;
mod apart;
mod briefs;
mod changes;
mod decisions;
mod deprecated;
mod devices;
mod engines;
mod failures;
mod figures;
mod history;
mod idempotency;
mod jobs;
mod known;
mod lab;
mod lists;
mod measured;
mod migrations;
mod parts;
mod people;
mod plans;
mod providers;
mod racing;
mod replicas;
mod reviews;
mod runs;
mod sent_back;
mod statements;
mod tokens;
mod traces;
mod usage;
mod versions;
mod webhooks;
mod who_asks;
mod words;
mod writing;

macro_rules! contract {
    ($($module:ident: [$($name:ident),* $(,)?]),* $(,)?) => {
        mod sqlite {
            $(mod $module {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let arranged = crate::support::Arranged::on_sqlite().await;
                    crate::$module::$name(&arranged).await;
                    arranged.clear_away().await;
                })*
            })*
        }

        mod postgres {
            $(mod $module {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let arranged = crate::support::Arranged::on_postgres().await;
                    crate::$module::$name(&arranged).await;
                    arranged.clear_away().await;
                })*
            })*
        }
    };
}

contract! {
    admin: [
        a_store_is_made_once,
        a_user_is_made_once_however_the_email_is_written,
        bad_names_are_refused_with_a_sentence,
        a_password_has_ten_characters,
        an_export_has_every_product_once_and_none_from_the_trash,
    ],
    alerts: [
        the_outbox_of_alerts_does_what_every_outbox_does,
        processes_that_ask_at_once_get_a_round_and_a_message_once,
        what_nobody_understands_any_more_is_left_out,
    ],
    apart: [
        every_method_sees_its_own_store_only,
        every_word_stays_in_its_own_store,
        what_programs_do_stays_in_its_own_store,
        an_id_of_another_store_is_not_free,
    ],
    briefs: [briefs_are_kept_by_product_type],
    changes: [
        the_log_tells_what_happened_in_the_order_of_commits,
        a_log_read_in_parts_is_the_log,
        behind_the_end_of_the_log_is_nothing,
        a_part_of_long_changes_ends_early,
        a_log_is_its_own_stores,
        a_part_of_the_log_costs_three_statements,
    ],
    deprecated: [
        calls_are_counted_for_each_client_and_day,
        counting_costs_nothing_and_writing_one_statement,
        what_was_counted_is_written_by_itself_and_at_the_end,
        processes_add_up,
        what_cannot_be_written_is_written_later,
        a_report_is_for_owners_and_of_a_year_at_most,
    ],
    decisions: [
        p02_words_that_were_edited_on_a_device_are_approved_once,
        p02_many_decisions_of_a_day_without_a_network_are_one_push,
        p02_what_is_sent_back_from_a_device_is_written_again_by_one_run,
        p03_a_decision_that_cannot_be_made_is_refused_with_a_reason,
        p04_of_two_reviewers_the_one_who_was_offline_is_told,
        p04_what_was_edited_since_is_not_replaced_by_an_approval,
    ],
    devices: [
        p14_the_rows_of_a_view_are_told_newest_first_and_follow_its_changes,
        nobody_is_told_rows_of_a_store_that_is_not_theirs,
        p02_what_is_sent_again_is_done_once,
        p02_many_who_send_the_same_at_once_do_it_once,
        p02_a_number_or_an_id_is_used_once,
        p03_every_op_ends_with_a_reason_and_a_number,
        p03_who_may_not_is_told_so_of_each_op,
        p04_what_was_not_seen_is_not_replaced,
        p04_an_op_upon_an_own_one_knows_what_became_of_it,
        p05_an_op_of_later_rules_waits_and_leaves_no_trace,
        suggestions_are_decided_from_a_device,
        p06_a_replica_is_brought_up_to_date,
        p10_a_device_knows_how_large_the_store_is,
        p14_of_what_is_held_that_which_differs_is_sent,
        p15_a_place_that_never_was_begins_anew,
        p08_what_was_written_together_is_pulled_together,
        a_list_has_what_came_from_a_device,
        a_number_that_changed_nothing_keeps_no_list_waiting,
        p05_a_push_costs_as_many_statements_whatever_it_has,
    ],
    engines: [
        times_are_kept_to_the_microsecond,
        products_without_a_price_come_last_in_both_directions,
        wildcards_of_the_engine_mean_nothing_in_a_search,
        the_widest_values_survive,
        text_is_kept_to_the_byte,
        a_taken_handle_is_told_from_other_violations,
        order_by_text_does_not_depend_on_the_engine,
    ],
    figures: [
        statements_are_counted_by_their_names,
        a_statement_that_fails_is_counted_as_one,
        a_slow_statement_is_kept_with_its_plan_and_without_its_values,
        who_waits_for_a_lock_is_counted_where_there_are_locks,
        a_clock_is_held_against_that_of_a_database_that_has_its_own,
        what_is_measured_is_of_the_databases_time,
        figures_are_for_whoever_owns_every_store,
    ],
    lab: [
        a_record_is_kept_once_and_the_latest_is_told_first,
        the_latest_runs_of_a_plan_are_told_whatever_they_ran_on,
        a_record_that_is_too_large_is_refused_with_what_to_do,
        what_is_found_again_is_the_same_change,
        what_is_not_seen_any_more_goes_and_what_cannot_be_seen_any_more_stays,
        somebody_says_what_becomes_of_a_change_and_it_stays_so,
        a_note_is_asked_for_and_has_an_end,
        hours_are_told_of_what_makes_work_without_the_present_day,
        the_lab_is_for_whoever_owns_every_store,
    ],
    measured: [
        what_processes_have_measured_is_read_as_one,
        a_row_that_is_written_again_replaces_itself,
        many_rows_are_written_whole,
        what_is_old_goes_and_what_it_was_of_with_it,
        what_processes_have_measured_of_a_day_that_is_over_becomes_one_row,
        which_process_it_was_is_forgotten_after_some_days,
        what_a_later_version_has_written_of_a_period_is_left_as_it_is,
        a_range_is_told_with_the_time_before_and_with_builds,
        a_build_is_told_with_the_one_before_it,
        what_there_is_no_room_for_is_told_together_and_nothing_of_it_is_lost,
        whatever_browsers_name_there_is_room_for_what_the_server_measures,
        builds_are_told_apart_as_long_as_a_page_looks_back,
        the_builds_that_served_last_are_told_apart,
        what_a_quarter_comes_to_is_what_its_days_come_to_however_often_it_is_asked,
        a_build_of_today_is_told_apart_from_the_one_of_yesterday_in_months_too,
        a_class_is_asked_for_alone,
        what_is_measured_is_for_whoever_owns_every_store,
    ],
    history: [
        history_tells_who_when_what,
        a_value_from_history_can_be_restored,
        history_comes_in_pages,
    ],
    idempotency: [
        a_write_is_new_once_and_answered_ever_after,
        a_key_is_ones_own,
        what_was_not_done_may_be_tried_again,
        an_abandoned_write_is_taken_over_by_the_same_request,
        an_answer_is_kept_for_a_day,
        old_keys_are_dropped_now_and_then,
        a_key_has_visible_characters,
        of_a_long_answer_its_status_is_kept,
        a_key_costs_few_statements,
        of_many_who_begin_at_once_one_does_it,
        what_many_send_until_it_is_answered_is_done_once,
    ],
    jobs: [
        a_job_goes_from_the_queue_to_its_end,
        progress_is_saved_with_the_work_or_not_at_all,
        an_expired_lease_is_taken_over,
        what_a_worker_could_take_is_counted_by_kind,
        a_failed_attempt_waits,
        a_job_is_cancelled,
        two_workers_never_have_the_same_job,
        a_worker_takes_the_kinds_it_asks_for,
        a_paused_job_waits_until_it_is_resumed,
        a_paused_job_can_be_cancelled_and_a_finished_one_not_paused,
    ],
    known: [
        what_was_read_is_read_no_more,
        a_write_takes_the_parts_of_its_product_from_memory,
        while_there_is_no_list_products_are_read,
        whoever_changes_a_product_finds_it_changed_and_so_do_others,
        an_author_reads_their_own_change_from_memory,
        a_batch_takes_no_place_in_memory,
        a_handle_that_was_given_up_is_not_the_old_product,
        what_decides_about_a_write_is_read,
        a_change_is_made_upon_what_was_known_or_not_at_all,
        nobody_reads_less_than_what_was_acknowledged,
        whatever_is_done_in_two_processes_both_tell_what_the_tables_have,
    ],
    lists: [
        lists_are_those_a_naive_one_would_be,
        what_was_written_is_in_the_next_list,
        what_a_product_lacks_follows_its_edits,
        a_list_follows_another_process,
        the_list_is_there_before_its_index,
        search_finds_codes_and_handles_by_their_beginning,
        facets_count_the_list,
        neighbours_are_those_in_the_list,
        an_idle_list_is_dropped_and_comes_back,
        listeners_are_told_of_commits,
    ],
    migrations: [what_products_lack_is_worked_out_for_those_there_are],
    parts: [
        a_list_in_parts_is_the_list,
        whatever_happens_between_two_parts_what_stays_is_shown_once,
        a_part_tells_what_is_known_of_a_product,
        a_part_is_there_before_the_index,
        a_part_behind_a_place_of_another_order_is_refused,
        whole_products_come_in_the_order_asked_for,
    ],
    people: [
        a_session_lasts_thirty_days,
        a_wrong_password_and_an_unknown_email_sound_the_same,
        guessing_slows_down,
        how_long_to_wait_is_told_without_counting,
        an_address_that_guesses_at_many_accounts_slows_down,
        many_guesses_at_once_do_not_slip_through,
        stores_are_switched_among_ones_own,
        a_person_without_a_store_is_told_so,
        each_role_may_what_it_may,
        nothing_in_the_tables_opens_a_session,
    ],
    plans: [hot_statements_use_their_indexes],
    providers: [
        a_provider_comes_back_as_it_was_saved,
        at_the_same_place_a_new_provider_comes_last,
        a_removed_provider_leaves_its_name,
        a_provider_of_another_store_is_not_changed,
        a_price_holds_until_the_next_one,
    ],
    racing: [
        eight_writers_lose_nothing,
        change_numbers_are_given_in_the_order_of_commits,
        a_handle_goes_to_one_of_many,
        the_same_op_many_times_at_once_is_done_once,
        two_people_on_different_fields_do_not_disturb_each_other,
        a_list_built_in_the_middle_of_changes_is_right,
        runs_calls_and_people_at_once_lose_nothing,
    ],
    reviews: [
        a_card_has_all_that_a_decision_needs,
        a_card_says_what_was_edited_since,
        a_queue_is_filtered_and_comes_in_parts,
        approved_words_are_in_the_product,
        words_that_a_reviewer_edited_are_a_version_of_their_own,
        only_what_was_suggested_can_be_approved,
        a_rejected_suggestion_leaves_the_words,
        changes_are_written_by_a_run_of_their_own,
        what_was_decided_is_not_decided_again,
        of_two_reviewers_at_once_one_is_told_so,
        the_same_decision_many_times_at_once_is_done_once,
        what_somebody_edited_since_is_not_overwritten_blindly,
        a_product_in_the_trash_is_not_in_the_way,
        what_was_rejected_in_the_trash_is_not_in_review_when_it_is_restored,
        many_are_approved_at_once,
        two_who_approve_all_at_once_do_it_once,
        a_suggestion_is_given_to_a_reviewer,
        each_role_may_review_what_it_may,
        reviews_see_their_own_store_only,
        a_queue_keeps_to_its_budget,
        the_text_of_a_picture_that_is_gone_is_refused,
        an_edit_is_not_taken_for_a_decision,
        a_decision_is_about_one_suggestion,
        edited_words_are_judged_by_the_whole_record,
        judging_is_bounded_and_keeps_to_its_store,
    ],
    runs: [
        a_run_begins_with_the_products_that_match,
        products_of_a_run_are_read_whole,
        a_batch_of_a_run_is_written_whole,
        every_part_of_a_version_is_kept,
        a_later_suggestion_takes_the_place_of_the_open_one,
        a_worker_that_lost_the_run_writes_nothing_of_it,
        a_batch_is_never_written_twice,
        a_product_in_the_trash_counts_as_gone_and_keeps_its_usage,
        what_was_answered_before_is_found,
        a_big_batch_of_a_run_costs_few_statements,
        scores_are_those_of_what_is_published,
        pages_do_not_say_how_far_the_words_are,
        a_run_is_paused_between_two_batches_and_goes_on,
        a_run_never_reaches_into_another_store,
    ],
    sent_back: [
        a_product_waits_no_longer_than_its_run,
        a_run_that_nobody_has_is_cancelled_with_its_product,
        a_worker_that_dies_before_the_end_says_nothing_twice,
        a_run_speaks_for_none_but_its_own_request,
        a_product_in_the_trash_waits_for_nothing_either,
        what_is_sent_back_does_not_crowd_the_list_of_runs,
    ],
    statements: [
        pages_keep_to_their_budget,
        a_batch_costs_no_more_statements_than_its_rows,
    ],
    tokens: [
        a_token_asks_in_the_name_of_its_person,
        what_is_no_secret_opens_nothing,
        nothing_in_the_tables_asks_for_anybody,
        a_token_runs_out,
        tokens_are_listed_and_ended_by_their_person_and_by_owners,
        whoever_leaves_takes_their_tokens_along,
        the_name_the_scopes_and_the_days_of_a_token_are_checked,
        a_person_has_a_hundred_tokens_in_a_store_at_most,
        the_use_of_a_token_is_noted_once_a_minute,
        a_use_that_cannot_be_noted_is_answered,
        programs_log_in_with_a_password,
        guesses_by_log_in_and_by_sign_in_are_counted_together,
        log_ins_come_and_go_without_being_in_the_way_of_tokens,
    ],
    traces: [
        traces_of_all_processes_are_found_by_what_they_took_and_when,
        the_parts_of_a_trace_are_found_by_its_id_and_written_once,
        of_each_hour_the_slowest_and_those_that_failed_stay,
        beyond_five_thousand_the_oldest_go,
    ],
    usage: [
        sums_are_those_of_the_calls,
        the_dearest_twelve_come_first_and_then_the_others,
        days_that_make_no_sense_are_refused,
        a_month_is_from_midnight_to_midnight,
        a_budget_warns_from_eighty_percent_on,
        calls_come_in_pages_each_once,
        a_call_that_claims_too_much_is_in_no_others_way,
        a_provider_is_measured_by_its_latest_good_answers,
    ],
    versions: [
        versions_are_told_with_what_was_there_first,
        what_was_there_first_is_told_behind_a_hundred_versions,
        a_version_is_activated_once,
        whoever_chooses_decides_about_what_waits,
        of_two_who_choose_at_once_one_is_told_so,
        what_somebody_edited_is_not_replaced_blindly,
        every_word_can_be_taken_back,
        a_picture_that_is_gone_is_not_in_the_way_of_a_version,
        a_version_of_a_product_in_the_trash_is_refused,
    ],
    webhooks: [
        a_webhook_is_told_of_what_happens_from_now_on,
        a_store_has_twenty_webhooks_at_most,
        a_webhook_of_another_store_is_out_of_reach,
        one_process_has_a_webhook_at_a_time,
        what_is_read_is_written_with_how_far_or_not_at_all,
        of_each_product_the_first_is_sent,
        a_webhook_with_nothing_to_send_is_left_alone,
        a_webhook_that_is_full_is_told_of_nothing_more,
        a_job_is_told_of_once_however_late_its_end_is_seen,
        what_came_of_attempts_is_written_by_the_holder_alone,
        a_paused_webhook_goes_on_where_it_stopped,
        everything_is_told_again_since_a_change_or_a_moment,
        a_log_comes_in_parts_and_is_bounded,
        a_decision_about_a_suggestion_is_told_with_its_change,
        what_tells_of_many_keeps_the_order_of_each_of_its_products,
        where_many_are_behind_few_are_on_their_way,
    ],
    who_asks: [
        whoever_is_known_costs_no_statement,
        what_this_process_changes_is_true_at_once,
        what_is_known_has_its_end,
        what_another_process_changes_is_true_at_once,
        what_is_changed_past_the_program_is_true_at_once,
        a_look_up_that_is_under_way_is_not_kept_over_a_change,
    ],
    writing: [
        a_product_comes_back_as_it_was_made,
        edits_reach_every_field,
        an_edit_of_what_somebody_changed_is_a_conflict,
        an_op_sent_again_answers_the_same,
        an_op_id_with_other_content_is_refused,
        a_taken_handle_is_refused_and_the_rest_of_the_batch_done,
        a_handle_given_up_in_a_batch_is_free_in_it,
        ops_of_one_product_in_a_batch_see_each_other,
        a_deleted_product_leaves_the_list_and_comes_back,
        a_big_batch_is_written_whole,
        no_change_takes_no_number,
        one_bad_row_takes_the_batch_back,
    ],
}
