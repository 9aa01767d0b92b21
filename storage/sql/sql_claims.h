// Claims on a database that speaks SQL. Internal to storage.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/claims.h"
#include "storage/fence.h"
#include "storage/sql/membership.h"
#include "storage/sql/sql_store.h"

namespace hpsearch::storage {

// Has two sessions of its own: one for the thread that claims, and one for that which writes.
class SqlClaims final : public Claims {
 public:
  SqlClaims(std::int64_t sweep_id,
            std::unique_ptr<Membership> membership,
            std::unique_ptr<SqlStore> store,
            std::unique_ptr<SqlStore> written);

  std::int64_t sweep_id() const override { return sweep_id_; }
  bool try_turn() override;
  void end_turn() override;
  void say_begun() override;
  bool others_have_begun() override { return membership_->others_have_begun(); }
  bool try_close() override;
  bool is_over() override { return store_->runs_ended(sweep_id_) > runs_ended_; }
  bool others_train() override;

  std::optional<Claimed> claim(const ClaimRequest& request) override;
  bool is_closed() const override { return closed_; }
  std::vector<Standing> look(std::span<const std::uint64_t> numbers) override;
  bool has_lease() const override { return membership_->has_lease(); }
  std::vector<std::uint64_t> take_lost() override { return fence_.take_lost(); }
  void give_back(const std::string& reason) override;
  std::string worker(const std::string& host, std::int64_t slot) const override;

  Reader& reader() override { return *store_; }
  std::vector<CheckpointRow> checkpoints(std::uint64_t trial) override;
  Journal& journal() override { return journal_; }

 private:
  // Commits under the fence.
  class Fenced final : public Journal {
   public:
    Fenced(SqlClaims& claims, SqlStore& store) : claims_(claims), store_(store) {}
    void commit(std::int64_t sweep_id,
                std::span<const Entry> batch,
                double active_seconds) override;
    void make_durable() override { store_.make_durable(); }

   private:
    SqlClaims& claims_;
    SqlStore& store_;
  };

  void hold_snapshot() override { store_->hold_snapshot(); }
  void release_snapshot() noexcept override { store_->release_snapshot(); }
  bool is_held(const TrialRow& row) const;
  std::optional<Claimed> try_claim(const ClaimRequest& request);
  // Does the work; where the lease of this process has run out, as another one.
  template <class Work>
  auto as_member(Work work);

  std::int64_t sweep_id_;
  std::unique_ptr<Membership> membership_;
  Fence fence_;
  std::unique_ptr<SqlStore> store_;
  std::unique_ptr<SqlStore> written_;
  Fenced journal_{*this, *written_};
  bool closed_ = false;                      // as the last claim found it
  std::int64_t runs_ended_ = 0;              // when this process began
  std::int64_t seen_ = -1;                   // the data_version of these rows
  std::map<std::uint64_t, Standing> known_;  // that the last look() found
};

}  // namespace hpsearch::storage
