// What node-ical makes of the calendar on standard input: a list of events, as JSON.
import fs from "node:fs";
import ical from "node-ical";

const two = (number) => String(number).padStart(2, "0");
// A whole day is the midnight of this machine's zone.
const moment = (date) =>
  date.dateOnly
    ? `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
    : date.getTime() / 1000;

const events = Object.values(ical.sync.parseICS(fs.readFileSync(0, "utf8")))
  .filter((one) => one.type === "VEVENT")
  .map((event) => ({
    uid: event.uid,
    starts: moment(event.start),
    ends: moment(event.end),
    status: event.status,
    sequence: Number(event.sequence ?? 0),
  }));
console.log(JSON.stringify(events));
