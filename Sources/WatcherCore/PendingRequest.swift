/// Something that is waited for.
struct PendingRequest<Subject: Hashable>: Hashable {
  let subject: Subject
  let deadline: Duration
}
