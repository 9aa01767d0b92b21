// Units of work on a database. Internal to storage.
#pragma once

#include "storage/error.h"
#include "storage/sql/session.h"

namespace hpsearch::storage {

// Runs `work` and gives what it returns; exceptions of the database and damaged rows become
// StoreErrors. Where a connection was lost and is back, the work is done again: it must be one
// transaction, or only read.
template <class Work>
auto guarded(Session& db, Work work) {
  while (true) {
    try {
      return work();
    } catch (...) {
      db.explain(true);
    }
  }
}

// The same for work that must not be done twice, as it hands rows to somebody.
template <class Work>
auto guarded_once(Session& db, Work work) {
  try {
    return work();
  } catch (...) {
    db.explain(false);
    throw;
  }
}

// One unit of work: everything or nothing. What has not been committed is undone.
class Transaction {
 public:
  using Kind = TransactionKind;

  explicit Transaction(Session& db, Kind kind = Kind::kWrite) : db_(db) { db_.begin(kind); }
  ~Transaction() {
    if (open_) {
      db_.rollback();
    }
  }
  void commit() {
    db_.commit();
    open_ = false;
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

 private:
  Session& db_;
  bool open_ = true;
};

}  // namespace hpsearch::storage
