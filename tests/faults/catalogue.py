"""Every fault the product has to survive, and the tests that strike with it. The report follows this order."""

from dataclasses import dataclass

HERE = "tests/faults"


@dataclass(frozen=True)
class Fault:
    """What goes wrong, in the words of the report, and which tests let it; none: nothing does yet."""

    what: str
    tests: tuple[str, ...]


def _fault(what: str, file: str, *names: str) -> Fault:
    path = file if "/" in file else f"{HERE}/test_{file}.py"
    return Fault(what, tuple(f"{path}::test_{name}" for name in names))


CATALOGUE = [
    _fault("kill -9 at every step of a mail", "kills", "kill_at_a_step_loses_nothing"),
    _fault(
        "kill -9 between the reply and our commit",
        "kills",
        "kill_between_the_reply_and_our_commit_repeats_what_was_in_hand",
    ),
    _fault(
        "kill -9 at random moments, 300 mails a run",
        "random_kills",
        "random_kills_lose_nothing_and_repeat_only_what_was_in_hand",
    ),
    _fault("the same with a journal", "random_kills", "random_kills_with_a_journal_repeat_nothing"),
    _fault(
        "one mail over which three workers are killed",
        "kills",
        "row_over_which_three_workers_are_killed_keeps_no_other_waiting",
    ),
    _fault(
        "kill -9, and another worker of another name",
        "kills",
        "worker_that_is_killed_and_started_anew_is_not_missed",
    ),
    _fault("SIGSTOP longer than the lease", "kills", "worker_that_sleeps_longer_than_its_lease_repeats_nothing"),
    _fault(
        "SIGTERM in the middle of a mail",
        "kills",
        "worker_told_to_end_in_the_middle_of_a_mail_ends_it_and_gives_the_rest_back",
    ),
    _fault(
        "kill -9 during the fan-out, before every statement",
        "crowds",
        "kill_during_the_fan_out_leaves_all_mails_of_an_announcement_or_none",
    ),
    _fault("eight workers on 2,000 mails", "crowds", "eight_workers_send_two_thousand_mails_once"),
    _fault("four schedulers at once", "crowds", "schedulers_at_the_same_moment_make_one_mail_for_each_contact"),
    _fault(
        "releases four and five at the same moment",
        "tests/schedules/test_at_the_same_moment.py",
        "two_planners_of_the_fourth_and_fifth_release_get_one_refusal",
    ),
    _fault(
        "contacts three and four at the same moment",
        "tests/tenants/test_contacts.py",
        "two_people_who_add_the_third_and_fourth_contact_get_one_refusal",
    ),
    _fault(
        "the same POST twenty times, four at a time",
        "crowds",
        "same_post_twenty_times_plans_one_release_and_mails_it_once",
    ),
    _fault("cancelled while it is sent", "tests/outbox/test_delivery.py", "plan_that_changes_while_its_mail_is_sent"),
    _fault("421 at every step", "mail_servers", "421_at_a_step_costs_time_and_no_mail"),
    _fault("450 for five minutes", "mail_servers", "450_for_five_minutes_is_waited_out"),
    _fault("451, 452, 552, 550 and 554 at RCPT and at the dot", "mail_servers", "refusal_is_about_one_mail"),
    _fault(
        "connection dropped in the body, before and after the dot",
        "mail_servers",
        "connection_that_is_dropped_in_the_middle_of_a_mail",
    ),
    _fault(
        "no reply, or a byte at a time, after the dot",
        "mail_servers",
        "server_that_never_ends_its_reply_after_the_dot",
    ),
    _fault("a byte at a time at every other step", "mail_servers", "server_that_sends_a_byte_at_a_time_is_given_up"),
    _fault(
        "no STARTTLS where it is required, or a certificate of nobody's: nothing in clear",
        "mail_servers",
        "nothing_goes_in_clear_where_starttls_is_not_offered",
        "nothing_goes_in_clear_where_the_certificate_is_not_to_be_trusted",
    ),
    _fault("relay whose name nobody knows", "mail_servers", "relay_whose_name_nobody_knows_keeps_the_mail_waiting"),
    _fault("ten mails a connection", "mail_servers", "server_that_takes_ten_mails_a_connection_gets_them_all"),
    _fault(
        "disk full: no file of the worker may grow",
        "full_disks",
        "disk_that_is_full_for_a_moment_repeats_nothing",
    ),
    _fault(
        "disk full: a small disk until a person makes room",
        "full_disks",
        "small_disk_that_is_full_until_a_person_makes_room",
    ),
    _fault(
        "the same with a journal",
        "full_disks",
        "small_disk_with_a_journal_that_is_full_until_a_person_makes_room_repeats_nothing",
    ),
    _fault(
        "database locked for 32 seconds",
        "databases",
        "database_that_is_locked_for_half_a_minute_repeats_nothing",
    ),
    _fault(
        "PostgreSQL restarted in the middle, in order and at once",
        "databases",
        "postgresql_that_is_restarted_in_the_middle_repeats_nothing",
    ),
    _fault("backup while it is written", "backups", "backup_while_it_is_written_opens_and_verifies"),
    _fault("restore of an old backup", "backups", "old_backup_that_is_restored_resends_nothing_by_itself"),
    _fault(
        "the same with a journal, until it is released",
        "backups",
        "old_backup_with_a_journal_repeats_nothing_when_it_is_released",
    ),
    _fault(
        "a migration killed half-way, before every fourth statement",
        "databases",
        "migration_that_is_killed_half_way_is_done_by_the_next_one",
    ),
    _fault(
        "rows changed, deleted, replaced, inserted or cut from the evidence",
        "tests/evidence/test_chain.py",
        "verify_finds_a_row_that_was_changed",
        "verify_finds_a_row_that_was_deleted",
        "verify_finds_a_first_row_that_was_deleted",
        "verify_finds_a_row_that_was_replaced_by_one_whose_hash_is_right",
        "verify_finds_a_row_that_was_inserted",
        "verify_finds_an_end_that_was_cut_off_only_against_a_head_kept_outside",
    ),
    _fault("clock a fortnight ahead, put right", "clocks", "clock_a_fortnight_ahead_and_put_right_repeats_nothing"),
    _fault(
        "kill -9 while the clock is a fortnight ahead",
        "clocks",
        "worker_killed_under_a_clock_ahead_does_not_keep_its_rows",
    ),
    _fault(
        "sign of life from a clock a fortnight ahead",
        "clocks",
        "health_does_not_believe_a_sign_of_life_from_the_future",
    ),
    _fault("clock a day back, put right", "clocks", "clock_a_day_back_and_put_right_repeats_nothing"),
    _fault(
        "worker down until a minute before a deadline: end of a month, 29 February, both clock changes, 31 December",
        "clocks",
        "worker_that_comes_a_minute_before_the_deadline_is_in_time",
    ),
    _fault(
        "worker down over such a deadline",
        "clocks",
        "worker_that_was_down_over_the_deadline_says_missed_and_sends_nothing_late",
        "worker_says_missed_within_a_minute_of_its_start",
        "mails_queued_before_a_deadline_and_found_after_it_stay_unsent",
    ),
    _fault(
        "moved, cancelled, contact removed, no contact, at every state of a mail",
        "plan_changes",
        "plan_that_changes_at_every_state_of_its_mails",
    ),
]


def main() -> None:
    """Print what pytest is to run: the tests of other folders by name, and this folder as a whole."""
    elsewhere = sorted({test for fault in CATALOGUE for test in fault.tests if not test.startswith(HERE)})
    print(*elsewhere, HERE)  # noqa: T201


if __name__ == "__main__":
    main()
